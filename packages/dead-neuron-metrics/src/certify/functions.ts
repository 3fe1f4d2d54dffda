import { normalCdf } from '../theory/normalCdf';
import { piecewiseLinear, type ScalarFunction, smooth } from './scalarFunction';

type Params = Readonly<Record<string, number>>;

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
const softplus = (z: number): number => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
const density = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

const straight = (name: string): ScalarFunction =>
  piecewiseLinear({ name, f: (z) => z, breaks: [], slopes: [1], atBreaks: [], exact: true });

const clamp = (name: string, min: number, max: number): ScalarFunction =>
  piecewiseLinear({
    name,
    f: (z) => Math.min(max, Math.max(min, z)),
    breaks: [min, max],
    slopes: [0, 1, 0],
    atBreaks: [name.startsWith('relu') ? 0 : null, null],
    exact: true,
    target: (min + max) / 2,
  });

/** Two slopes that meet at 0: leaky, parametric and randomised ReLU. */
export const leaky = (name: string, slope: number): ScalarFunction =>
  piecewiseLinear({
    name,
    f: (z) => (z > 0 ? z : slope * z),
    breaks: [0],
    slopes: [slope, 1],
    atBreaks: [slope],
    exact: slope === 0,
  });

const ramp = (name: string, slope: number, offset: number): ScalarFunction =>
  piecewiseLinear({
    name,
    f: (z) => Math.min(1, Math.max(0, slope * z + offset)),
    breaks: [-offset / slope, (1 - offset) / slope],
    slopes: [0, slope, 0],
    atBreaks: [null, null],
    exact: false,
    target: 0,
  });

const threshold = (name: string, theta: number, value: number): ScalarFunction =>
  piecewiseLinear({
    name,
    f: (z) => (z > theta ? z : value),
    breaks: [theta],
    slopes: [0, 1],
    atBreaks: [0],
    jumps: [{ at: theta, values: [theta, value] }],
    exact: true,
  });

const exponential = (name: string, scale: number, alpha: number, stretch = 1): ScalarFunction => {
  const left = (z: number): number => (scale * alpha * Math.exp(z / stretch)) / stretch;
  return smooth({
    name,
    f: (z) => scale * (z > 0 ? z : alpha * Math.expm1(z / stretch)),
    derivative: (z) => (z > 0 ? scale : left(z)),
    extrema: [0],
    derivativeExtrema: [{ at: 0, values: [left(0), scale] }],
  });
};

const gated = (
  name: string,
  gate: (z: number) => number,
  slope: (z: number) => number,
  minimum: number,
  turns: readonly number[],
): ScalarFunction => {
  const derivative = (z: number): number => gate(z) + z * slope(z);
  return smooth({
    name,
    f: (z) => z * gate(z),
    derivative,
    extrema: [minimum],
    derivativeExtrema: turns.map((at) => ({ at, values: [derivative(at)] })),
  });
};

const gelu = (name: string): ScalarFunction =>
  gated(name, normalCdf, density, -0.7517915246935645, [-Math.SQRT2, Math.SQRT2]);

function tanhGelu(name: string): ScalarFunction {
  const inner = (z: number): number => Math.sqrt(2 / Math.PI) * (z + 0.044715 * z ** 3);
  const gate = (z: number): number => (1 + Math.tanh(inner(z))) / 2;
  const slope = (z: number): number =>
    ((1 - Math.tanh(inner(z)) ** 2) / 2) * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * z * z);
  return gated(name, gate, slope, -0.7524614220710163, [-1.418504008790828, 1.418504008790828]);
}

const silu = (name: string): ScalarFunction =>
  gated(name, sigmoid, (z) => sigmoid(z) * sigmoid(-z), -1.278464542761074, [-2.399357280515468, 2.399357280515468]);

function mish(name: string): ScalarFunction {
  const gate = (z: number): number => Math.tanh(softplus(z));
  const slope = (z: number): number => (1 - Math.tanh(softplus(z)) ** 2) * sigmoid(z);
  return gated(name, gate, slope, -1.192431214515495, [-2.256376396360793, 1.490571179485428]);
}

/** A function that saturates on both sides, steepest at 0. */
const sigmoidal = (name: string, f: (z: number) => number, derivative: (z: number) => number): ScalarFunction =>
  smooth({ name, f, derivative, derivativeExtrema: [{ at: 0, values: [derivative(0)] }], target: 0 });

const hardswish = (name: string): ScalarFunction =>
  smooth({
    name,
    f: (z) => (z * Math.min(6, Math.max(0, z + 3))) / 6,
    derivative: (z) => (z <= -3 ? 0 : z >= 3 ? 1 : (2 * z + 3) / 6),
    extrema: [-3, -1.5, 3],
    derivativeExtrema: [
      { at: -3, values: [0, -0.5] },
      { at: 3, values: [1, 1.5] },
    ],
    epsilon: 0,
  });

const shrink = (name: string, lambda: number, soft: boolean): ScalarFunction =>
  piecewiseLinear({
    name,
    f: (z) => (Math.abs(z) <= lambda ? 0 : soft ? z - Math.sign(z) * lambda : z),
    breaks: [-lambda, lambda],
    slopes: [1, 0, 1],
    atBreaks: [null, null],
    jumps: soft ? [] : [-lambda, lambda].map((at) => ({ at, values: [at, 0] })),
    exact: !soft,
  });

/** By name: PyTorch's spelling (Relumine's own layers), then tfjs's where it differs. */
const functions: Readonly<Record<string, (params: Params) => ScalarFunction>> = {
  linear: () => straight('linear'),
  relu: () => leaky('relu', 0),
  relu6: () => clamp('relu6', 0, 6),
  clippedRelu: ({ maxValue = 6 }) => clamp('relu', 0, maxValue),
  leakyRelu: ({ negativeSlope = 0.01 }) => leaky('leakyRelu', negativeSlope),
  prelu: ({ alpha = 0.25 }) => leaky('prelu', alpha),
  // At inference the slope is the middle of the interval it is drawn from.
  rrelu: ({ lower = 1 / 8, upper = 1 / 3 }) => leaky('rrelu', (lower + upper) / 2),
  elu: ({ alpha = 1 }) => exponential('elu', 1, alpha),
  celu: ({ alpha = 1 }) => exponential('celu', 1, alpha, alpha),
  selu: () => exponential('selu', 1.0507009873554805, 1.6732632423543772),
  gelu: () => gelu('gelu'),
  geluTanh: () => tanhGelu('gelu'),
  gelu_new: () => tanhGelu('gelu_new'),
  silu: () => silu('silu'),
  swish: () => silu('silu'),
  mish: () => mish('mish'),
  softplus: ({ beta = 1 }) =>
    smooth({
      name: 'softplus',
      f: (z) => softplus(beta * z) / beta,
      derivative: (z) => sigmoid(beta * z),
      derivativeExtrema: [],
    }),
  squareplus: ({ b = 4 }) =>
    smooth({
      name: 'squareplus',
      f: (z) => (z + Math.sqrt(z * z + b)) / 2,
      derivative: (z) => (1 + z / Math.sqrt(z * z + b)) / 2,
      derivativeExtrema: [],
    }),
  softsign: () =>
    sigmoidal(
      'softsign',
      (z) => z / (1 + Math.abs(z)),
      (z) => (1 + Math.abs(z)) ** -2,
    ),
  tanh: () => sigmoidal('tanh', Math.tanh, (z) => 1 / Math.cosh(z) ** 2),
  sigmoid: () => sigmoidal('sigmoid', sigmoid, (z) => sigmoid(z) * sigmoid(-z)),
  hardtanh: ({ min = -1, max = 1 }) => clamp('hardtanh', min, max),
  hardsigmoid: () => ramp('hardsigmoid', 1 / 6, 0.5),
  hardSigmoid: () => ramp('hardSigmoid', 0.2, 0.5),
  hardswish: () => hardswish('hardswish'),
  logSigmoid: () =>
    smooth({
      name: 'logSigmoid',
      f: (z) => -softplus(-z),
      derivative: (z) => sigmoid(-z),
      derivativeExtrema: [],
      target: Number.NEGATIVE_INFINITY,
    }),
  tanhshrink: () =>
    smooth({
      name: 'tanhshrink',
      f: (z) => z - Math.tanh(z),
      derivative: (z) => Math.tanh(z) ** 2,
      derivativeExtrema: [{ at: 0, values: [0] }],
    }),
  softshrink: ({ lambda = 0.5 }) => shrink('softshrink', lambda, true),
  hardshrink: ({ lambda = 0.5 }) => shrink('hardshrink', lambda, false),
  threshold: ({ threshold: theta = 0, value = 0 }) => threshold('threshold', theta, value),
};

/** The names that {@link scalarFunction} knows. */
export const scalarFunctionNames: readonly string[] = Object.keys(functions);

/** The function of this name, or undefined where it has none that acts on one number at a time. */
export function scalarFunction(name: string, params: Params = {}): ScalarFunction | undefined {
  return Object.hasOwn(functions, name) ? functions[name]!(params) : undefined;
}
