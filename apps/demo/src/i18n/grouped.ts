/** 12345 → 12,345. The first number that a browser's own formatter writes costs it twenty milliseconds. */
export const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',');
