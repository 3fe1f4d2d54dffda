/** The scalar parameters of an activation, by PyTorch's names in camel case. */
export type ResponseParams = Readonly<Record<string, number | string | undefined>>;

/** When a unit fires: |f'(z)| > ε, told from z, or from h where z can't be seen. */
export interface Response {
  fromPreactivation(z: number): boolean;
  fromActivation(h: number): boolean;
}

/** ε for smooth activations; the piecewise-linear ones use 0. */
const smoothEpsilon = 1e-3;

/** Functions made of straight pieces, which fire wherever their slope is not 0. */
const straight: ReadonlySet<string> = new Set([
  'relu',
  'relu6',
  'leakyRelu',
  'hardtanh',
  'hardsigmoid',
  'softshrink',
  'hardshrink',
  'threshold',
]);

/** ε of an activation: a unit fires where |f'(z)| is above it. */
export const firingEpsilon = (activation: string): number => (straight.has(activation) ? 0 : smoothEpsilon);

const number = (params: ResponseParams, name: string, otherwise: number): number => {
  const value = params[name];
  return typeof value === 'number' ? value : otherwise;
};

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
const normalDensity = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

/** Φ(z) by the complementary error function's continued rational form (Abramowitz & Stegun 7.1.26: 1.5e-7 is enough here). */
function normalDistribution(z: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(z / Math.SQRT2));
  const polynomial = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const erf = 1 - polynomial * Math.exp((-z * z) / 2);
  return z >= 0 ? (1 + erf) / 2 : (1 - erf) / 2;
}

const siluDerivative = (z: number): number => {
  const s = sigmoid(z);
  return s * (1 + z * (1 - s));
};

const mishDerivative = (z: number): number => {
  const t = Math.tanh(Math.log1p(Math.exp(-Math.abs(z))) + Math.max(z, 0));
  return t + z * (1 - t * t) * sigmoid(z);
};

const always: Response = { fromPreactivation: (z) => !Number.isNaN(z), fromActivation: (h) => !Number.isNaN(h) };

/** A response that is told from the derivative at z; from h where f can't be inverted: any value that is not tiny fires. */
const smooth = (derivative: (z: number) => number, ofH?: (h: number) => number): Response => ({
  fromPreactivation: (z) => Math.abs(derivative(z)) > smoothEpsilon,
  fromActivation: (h) => Math.abs(ofH ? ofH(h) : h) > smoothEpsilon,
});

/** ELU and its kin: scale·f(z/width) with f' = 1 above 0 and (h + floor)/width below. */
const exponential = (floor: number, width: number, scale: number): Response => ({
  fromPreactivation: (z) => z > 0 || (z <= 0 && (floor / width) * Math.exp(z / width) > smoothEpsilon),
  fromActivation: (h) => (h > 0 ? scale > 0 : (h + floor) / width > smoothEpsilon),
});

type Maker = (params: ResponseParams) => Response;

const makers: Readonly<Record<string, Maker>> = {
  relu: () => ({ fromPreactivation: (z) => z > 0, fromActivation: (h) => h > 0 }),
  relu6: () => ({ fromPreactivation: (z) => z > 0 && z < 6, fromActivation: (h) => h > 0 && h < 6 }),
  leakyRelu: (p) => (number(p, 'negativeSlope', 0.01) === 0 ? makers.relu!({}) : always),
  prelu: (p) => (number(p, 'alpha', 0.25) === 0 ? makers.relu!({}) : always),
  elu: (p) => exponential(number(p, 'alpha', 1), 1, 1),
  celu: (p) => exponential(number(p, 'alpha', 1), number(p, 'alpha', 1), 1),
  selu: () => exponential(1.7580993408473766, 1, 1.0507009873554805),
  gelu: () => smooth((z) => normalDistribution(z) + z * normalDensity(z)),
  silu: () => smooth(siluDerivative),
  mish: () => smooth(mishDerivative),
  hardswish: () => smooth((z) => (z <= -3 ? 0 : z >= 3 ? 1 : (2 * z + 3) / 6)),
  softplus: (p) => {
    const beta = number(p, 'beta', 1);
    return smooth(
      (z) => sigmoid(beta * z),
      (h) => -Math.expm1(-beta * h),
    );
  },
  squareplus: (p) => {
    const b = number(p, 'b', 4);
    return smooth(
      (z) => (1 + z / Math.sqrt(z * z + b)) / 2,
      (h) => (h * h) / (h * h + b / 4),
    );
  },
  softsign: () =>
    smooth(
      (z) => (1 + Math.abs(z)) ** -2,
      (h) => (1 - Math.abs(h)) ** 2,
    ),
  tanh: () =>
    smooth(
      (z) => 1 - Math.tanh(z) ** 2,
      (h) => 1 - h * h,
    ),
  sigmoid: () =>
    smooth(
      (z) => sigmoid(z) * (1 - sigmoid(z)),
      (h) => h * (1 - h),
    ),
  logSigmoid: () =>
    smooth(
      (z) => sigmoid(-z),
      (h) => -Math.expm1(h),
    ),
  tanhshrink: () => smooth((z) => Math.tanh(z) ** 2),
  hardtanh: (p) => {
    const [low, high] = [number(p, 'min', -1), number(p, 'max', 1)];
    return { fromPreactivation: (z) => z > low && z < high, fromActivation: (h) => h > low && h < high };
  },
  hardsigmoid: () => ({ fromPreactivation: (z) => z > -3 && z < 3, fromActivation: (h) => h > 0 && h < 1 }),
  softshrink: (p) => shrink(number(p, 'lambda', 0.5)),
  hardshrink: (p) => shrink(number(p, 'lambda', 0.5)),
  threshold: (p) => {
    const threshold = number(p, 'threshold', 0);
    return { fromPreactivation: (z) => z > threshold, fromActivation: (h) => h > threshold };
  },
};

function shrink(lambda: number): Response {
  return { fromPreactivation: (z) => z > lambda || z < -lambda, fromActivation: (h) => h !== 0 && !Number.isNaN(h) };
}

/**
 * When a unit of an activation fires. Activations whose derivative is nowhere near 0 (leaky ReLU, linear, CReLU, GLU)
 * fire on every number.
 */
export function responseOf(activation: string, params: ResponseParams = {}): Response {
  return makers[activation]?.(params) ?? always;
}

/** Where a unit fires, as one open interval of z; undefined where it is none (|f'| of SiLU, GELU and others dips to 0). */
export function firingWindow(
  activation: string,
  params: ResponseParams = {},
): { low: number; high: number } | undefined {
  return makers[activation] ? windows[activation]?.(params) : { low: Number.NEGATIVE_INFINITY, high: infinity };
}

const infinity = Number.POSITIVE_INFINITY;
const above = (low: number) => ({ low, high: infinity });
const within = (bound: number) => ({ low: -bound, high: bound });
/** σ(z) > ε above this. */
const sigmoidEdge = Math.log(smoothEpsilon / (1 - smoothEpsilon));

/** Where `exponential` fires: floor/width · e^(z/width) = ε at its lower end. */
const exponentialWindow = (floor: number, width: number) =>
  above(floor / width > smoothEpsilon ? width * Math.log((smoothEpsilon * width) / floor) : 0);

const windows: Readonly<Record<string, (params: ResponseParams) => { low: number; high: number }>> = {
  relu: () => above(0),
  relu6: () => ({ low: 0, high: 6 }),
  leakyRelu: (p) => above(number(p, 'negativeSlope', 0.01) === 0 ? 0 : -infinity),
  prelu: (p) => above(number(p, 'alpha', 0.25) === 0 ? 0 : -infinity),
  elu: (p) => exponentialWindow(number(p, 'alpha', 1), 1),
  celu: (p) => exponentialWindow(number(p, 'alpha', 1), number(p, 'alpha', 1)),
  selu: () => exponentialWindow(1.7580993408473766, 1),
  softplus: (p) => above(sigmoidEdge / number(p, 'beta', 1)),
  squareplus: (p) => {
    const slope = 1 - 2 * smoothEpsilon;
    return above((-Math.sqrt(number(p, 'b', 4)) * slope) / Math.sqrt(1 - slope * slope));
  },
  softsign: () => within(smoothEpsilon ** -0.5 - 1),
  tanh: () => within(Math.atanh(Math.sqrt(1 - smoothEpsilon))),
  sigmoid: () => {
    const top = (1 + Math.sqrt(1 - 4 * smoothEpsilon)) / 2;
    return within(Math.log(top / (1 - top)));
  },
  logSigmoid: () => ({ low: -infinity, high: -sigmoidEdge }),
  hardtanh: (p) => ({ low: number(p, 'min', -1), high: number(p, 'max', 1) }),
  hardsigmoid: () => within(3),
  threshold: (p) => above(number(p, 'threshold', 0)),
};

/** The family whose silence is h ≤ 0; elsewhere it is h = 0. */
export const reluFamily: ReadonlySet<string> = new Set([
  'relu',
  'relu6',
  'leakyRelu',
  'prelu',
  'rrelu',
  'elu',
  'celu',
  'selu',
]);
