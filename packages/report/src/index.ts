export { displayWidth } from './displayWidth';
export { type FormatReportOptions, formatReport } from './formatReport';
export { type HtmlOptions, reportToHtml } from './reportToHtml';
export { reportToSvg } from './reportToSvg';
export { formatTable, type TableCell, type TableColor, type TableColumn, type TableOptions } from './table';
