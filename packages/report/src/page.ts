export { htmlTable } from './htmlSections';
export { coordinate, escapeMarkup } from './markup';
export { type Figure, formatCount, formatNumber, formatShare, plural } from './numbers';
export { pageStyle } from './pageStyle';
