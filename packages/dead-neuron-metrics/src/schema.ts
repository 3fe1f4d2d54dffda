export { readReport, writeReport } from './schema/readReport';
export { reportJsonSchema } from './schema/reportSchema';
