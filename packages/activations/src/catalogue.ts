import type { ActivationName } from '@relumine/core';
import { defaultsOf } from './parameters';
import type { ActivationParams } from './shared/definition';

/** What one pass costs per value, beside reading and writing it. */
export type ActivationCost = 'none' | 'comparison' | 'division' | 'root' | 'exponential' | 'logarithm' | 'random';

/** One activation, for tables and curves; its gain and values come from `gain` and `activation`. */
export interface CatalogueEntry {
  readonly name: ActivationName;
  /** f(x) in TeX, with the parameters' default meaning. */
  readonly formula: string;
  /** Who introduced it; `—` where nobody in particular did. */
  readonly paper: string;
  /** The values that it takes. */
  readonly range: string;
  readonly monotone: boolean;
  /** Where a unit does not fire: slope 0, or at most 0.001 for smooth functions; null where it always does. */
  readonly deadRegion: string | null;
  readonly cost: ActivationCost;
  /** The parameters with their defaults. */
  readonly parameters: ActivationParams;
}

type Row = [ActivationName, string, string, string, boolean, string | null, ActivationCost];

const rows: readonly Row[] = [
  ['linear', 'x', '—', '(−∞, ∞)', true, null, 'none'],
  ['relu', '\\max(0, x)', 'Nair, Hinton 2010', '[0, ∞)', true, 'x ≤ 0', 'comparison'],
  ['relu6', '\\min(\\max(0, x), 6)', 'Howard et al. 2017', '[0, 6]', true, 'x ≤ 0 or x ≥ 6', 'comparison'],
  [
    'leakyRelu',
    'x \\text{ for } x > 0,\\quad a x \\text{ otherwise}',
    'Maas, Hannun, Ng 2013',
    '(−∞, ∞)',
    true,
    null,
    'comparison',
  ],
  [
    'prelu',
    'x \\text{ for } x > 0,\\quad a x \\text{ otherwise, } a \\text{ learnt}',
    'He et al. 2015',
    '(−∞, ∞)',
    true,
    null,
    'comparison',
  ],
  [
    'rrelu',
    'x \\text{ for } x > 0,\\quad a x \\text{ otherwise, } a \\sim U(l, u)',
    'Xu et al. 2015',
    '(−∞, ∞)',
    true,
    null,
    'random',
  ],
  [
    'elu',
    'x \\text{ for } x > 0,\\quad \\alpha (e^x - 1) \\text{ otherwise}',
    'Clevert, Unterthiner, Hochreiter 2016',
    '(−α, ∞)',
    true,
    'x < −6.9 (slope below 0.001)',
    'exponential',
  ],
  [
    'celu',
    '\\max(0, x) + \\min(0, \\alpha (e^{x/\\alpha} - 1))',
    'Barron 2017',
    '(−α, ∞)',
    true,
    'x < −6.9 α (slope below 0.001)',
    'exponential',
  ],
  [
    'selu',
    '\\lambda x \\text{ for } x > 0,\\quad \\lambda \\alpha (e^x - 1) \\text{ otherwise}',
    'Klambauer et al. 2017',
    '(−1.76, ∞)',
    true,
    'x < −7.5 (slope below 0.001)',
    'exponential',
  ],
  [
    'gelu',
    'x\\,\\Phi(x)',
    'Hendrycks, Gimpel 2016',
    '[−0.17, ∞)',
    false,
    'x < −4.0 (slope below 0.001)',
    'exponential',
  ],
  [
    'silu',
    'x\\,\\sigma(x)',
    'Elfwing, Uchibe, Doya 2018',
    '[−0.28, ∞)',
    false,
    'x < −9.1 (slope below 0.001)',
    'exponential',
  ],
  [
    'mish',
    'x \\tanh(\\log(1 + e^x))',
    'Misra 2019',
    '[−0.31, ∞)',
    false,
    'x < −9.1 (slope below 0.001)',
    'exponential',
  ],
  [
    'softplus',
    '\\tfrac{1}{\\beta} \\log(1 + e^{\\beta x})',
    'Dugas et al. 2001',
    '(0, ∞)',
    true,
    'x < −6.9 / β (slope below 0.001)',
    'logarithm',
  ],
  [
    'squareplus',
    '\\tfrac{1}{2} (x + \\sqrt{x^2 + b})',
    'Barron 2021',
    '(0, ∞)',
    true,
    'x < −31.6 at b = 4 (slope below 0.001)',
    'root',
  ],
  [
    'softsign',
    '\\frac{x}{1 + |x|}',
    'Bergstra et al. 2009',
    '(−1, 1)',
    true,
    '|x| > 30.6 (slope below 0.001)',
    'division',
  ],
  ['tanh', '\\tanh x', 'LeCun et al. 1998', '(−1, 1)', true, '|x| > 4.1 (slope below 0.001)', 'exponential'],
  [
    'sigmoid',
    '\\sigma(x) = \\frac{1}{1 + e^{-x}}',
    'Rumelhart, Hinton, Williams 1986',
    '(0, 1)',
    true,
    '|x| > 6.9 (slope below 0.001)',
    'exponential',
  ],
  ['hardtanh', '\\min(\\max(-1, x), 1)', 'Collobert 2004', '[−1, 1]', true, '|x| ≥ 1', 'comparison'],
  [
    'hardsigmoid',
    '\\tfrac{1}{6} \\min(\\max(0, x + 3), 6)',
    'Howard et al. 2019',
    '[0, 1]',
    true,
    '|x| ≥ 3',
    'comparison',
  ],
  [
    'hardswish',
    '\\tfrac{x}{6} \\min(\\max(0, x + 3), 6)',
    'Howard et al. 2019',
    '[−0.375, ∞)',
    false,
    'x ≤ −3',
    'comparison',
  ],
  ['logSigmoid', '-\\log(1 + e^{-x})', '—', '(−∞, 0)', true, 'x > 6.9 (slope below 0.001)', 'logarithm'],
  ['tanhshrink', 'x - \\tanh x', '—', '(−∞, ∞)', true, '|x| < 0.03 (slope below 0.001)', 'exponential'],
  [
    'softshrink',
    '\\operatorname{sgn}(x) \\max(|x| - \\lambda, 0)',
    'Donoho, Johnstone 1994',
    '(−∞, ∞)',
    true,
    '|x| ≤ λ',
    'comparison',
  ],
  [
    'hardshrink',
    'x \\text{ for } |x| > \\lambda,\\quad 0 \\text{ otherwise}',
    'Donoho, Johnstone 1994',
    '(−∞, ∞)',
    true,
    '|x| ≤ λ',
    'comparison',
  ],
  [
    'threshold',
    'x \\text{ for } x > t,\\quad v \\text{ otherwise}',
    'Konda, Memisevic, Krueger 2015',
    '{v} and (t, ∞)',
    true,
    'x ≤ t',
    'comparison',
  ],
  ['glu', 'a \\odot \\sigma(b)', 'Dauphin et al. 2017', '(−∞, ∞)', false, null, 'exponential'],
  ['crelu', '[\\max(0, x), \\max(0, -x)]', 'Shang et al. 2016', '[0, ∞)', false, null, 'comparison'],
];

/** Every activation, in the order of `activationNames`. */
export const catalogue: readonly CatalogueEntry[] = /* @__PURE__ */ rows.map(
  ([name, formula, paper, range, monotone, deadRegion, cost]) => ({
    name,
    formula,
    paper,
    range,
    monotone,
    deadRegion,
    cost,
    parameters: defaultsOf(name),
  }),
);
