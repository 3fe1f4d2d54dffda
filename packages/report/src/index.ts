export { displayWidth } from './displayWidth';
export { type FormatReportOptions, formatReport } from './formatReport';
export { formatTable, type TableCell, type TableColor, type TableColumn, type TableOptions } from './table';
