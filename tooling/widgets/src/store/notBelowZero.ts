/** The share of z that is 0 or more, of counts in bins half of which are below 0; 0 where nothing was counted. */
export function notBelowZero(counts: Uint32Array): number {
  const all = counts.reduce((sum, count) => sum + count, 0);
  const above = counts.subarray(counts.length / 2).reduce((sum, count) => sum + count, 0);
  return all === 0 ? 0 : above / all;
}
