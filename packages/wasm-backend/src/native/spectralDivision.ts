/** Attributes of the kernels that divide. */
export interface Division {
  target: number;
  onlyIfLarger: boolean;
}

/** A sigma of NaN divides too: it must be seen in the kernel. */
export const isDivided = (sigma: number, { target, onlyIfLarger }: Division): boolean =>
  !(sigma <= (onlyIfLarger ? target : 0));

/** What a kernel with this sigma is multiplied by. */
export const factorOf = (sigma: number, division: Division): number =>
  isDivided(sigma, division) ? division.target / sigma : 1;
