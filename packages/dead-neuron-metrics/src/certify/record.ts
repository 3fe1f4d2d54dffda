import type { CertificateVerdict } from '@relumine/core';
import type { EndingActivation } from './activationOf';
import type { Interval } from './interval';
import { kernelOwner, type Use } from './walk';

type Elementwise = Extract<EndingActivation, { kind: 'elementwise' }>;

/** What is known so far of one layer with an activation. */
export interface LayerRecord {
  name: string;
  source: string;
  path: string[];
  activation: Elementwise;
  channels: number;
  /** Undefined while neither bounds nor a witness have decided. */
  verdicts: (CertificateVerdict | undefined)[];
  lower: number[];
  upper: number[];
  witness: (number | null)[];
}

export const keyOf = ({ path, layer }: Use): string => JSON.stringify([...path, layer.name]);

/** Whether bounds decide for each channel of one use of a layer. */
function decide(z: Interval, { at }: Elementwise, channels: number): { dead: boolean[]; alive: boolean[] } {
  const dead = new Array<boolean>(channels).fill(true);
  const alive = new Array<boolean>(channels).fill(false);
  for (let i = 0; i < z.lo.length; i++) {
    const life = at(i).life(z.lo[i]!, z.hi[i]!);
    if (life !== 'dead') dead[i % channels] = false;
    if (life === 'alive') alive[i % channels] = true;
  }
  return { dead, alive };
}

/** Adds one use of a layer: a shared layer is dead if all its uses are, and always active if one is. */
export function addUse(records: Map<string, LayerRecord>, use: Use, z: Interval, activation: Elementwise): void {
  const channels = z.shape.at(-1)!;
  const { dead, alive } = decide(z, activation, channels);
  const key = keyOf(use);
  const lower = new Array<number>(channels).fill(Number.POSITIVE_INFINITY);
  const upper = new Array<number>(channels).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < z.lo.length; i++) {
    lower[i % channels] = Math.min(lower[i % channels]!, z.lo[i]!);
    upper[i % channels] = Math.max(upper[i % channels]!, z.hi[i]!);
  }
  const before = records.get(key);
  const verdicts = dead.map((isDead, c): CertificateVerdict | undefined => {
    if (alive[c] || before?.verdicts[c] === 'alwaysActive') return 'alwaysActive';
    return isDead && (!before || before.verdicts[c] === 'dead') ? 'dead' : undefined;
  });
  records.set(key, {
    name: use.layer.name,
    source: kernelOwner(use).name,
    path: [...use.path],
    activation,
    channels,
    verdicts,
    lower: lower.map((x, c) => Math.min(x, before?.lower[c] ?? x)),
    upper: upper.map((x, c) => Math.max(x, before?.upper[c] ?? x)),
    witness: new Array<null>(channels).fill(null),
  });
}

/** The channels of a record that are still undecided. */
export const pendingOf = ({ verdicts }: LayerRecord): number[] =>
  verdicts.flatMap((verdict, c) => (verdict === undefined ? [c] : []));
