import {
  activationGradKernel,
  activationKernel,
  hasKernel,
  invalidArgument,
  requireFinite,
  requireFloat32Tensor,
} from '@relumine/core';
import {
  broadcast_util,
  customGrad,
  dispose,
  engine,
  greater,
  isNaN as isNaNTensor,
  keep,
  mul,
  reshape,
  sum,
  type Tensor,
  tidy,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { Definition, Entry } from '../shared/definition';
import type { GradSaver, WithGradient } from '../shared/pointwise';
import { leakyReluComposition, leakyScalar } from './leakyRelu';

const place = 'activations/prelu';
const kernel = /* @__PURE__ */ activationKernel('prelu');
const gradKernel = /* @__PURE__ */ activationGradKernel('prelu');

function requireBroadcast(x: Tensor, alpha: Tensor): void {
  const rank = x.shape.length;
  const padded = [...new Array<number>(Math.max(0, rank - alpha.shape.length)).fill(1), ...alpha.shape];
  if (padded.length === rank && padded.every((size, axis) => size === 1 || size === x.shape[axis])) return;
  throw invalidArgument({
    where: place,
    argument: 'alpha',
    rule: `must broadcast to the shape of x, [${x.shape.join(', ')}]`,
    received: `shape [${alpha.shape.join(', ')}]`,
    wayOut: 'Give one slope, or one for each channel.',
  });
}

/** Whether a backend's kernel knows such slopes: one, or what lies along x's last axes. */
function repeats({ shape }: Tensor, alpha: Tensor): boolean {
  const first = alpha.shape.findIndex((size) => size !== 1);
  return (
    first < 0 ||
    alpha.shape.slice(first).every((size, axis) => size === shape[shape.length - alpha.rank + first + axis])
  );
}

const composed = (x: Tensor, alpha: Tensor): Tensor => where(isNaNTensor(x), x, where(greater(x, 0), x, mul(x, alpha)));

/** What the slopes get of each value: the sum over all that share one, where x is not above 0. */
function ofSlopes(each: Tensor, x: Tensor, alpha: Tensor): Tensor {
  const below = where(greater(x, 0), zerosLike(x), each);
  const axes = broadcast_util.getReductionAxes(alpha.shape, x.shape);
  return reshape(axes.length > 0 ? sum(below, axes) : below, alpha.shape);
}

const ofInput = (dy: Tensor, x: Tensor, alpha: Tensor): Tensor =>
  where(isNaNTensor(x), mul(dy, x), where(greater(x, 0), dy, mul(dy, alpha)));

/** Both gradients, from the backend's one pass where it has one, and differentiable again. */
function gradients(dy: Tensor, x: Tensor, alpha: Tensor): [Tensor, Tensor] {
  let dalpha: Tensor;
  const first = (customGrad as WithGradient)((from: Tensor, input: Tensor, slope: Tensor, save: GradSaver) => {
    save([from, input, slope]);
    const [value, made] = (
      repeats(input, slope) && hasKernel(gradKernel)
        ? engine().runKernel(gradKernel, { dy: from, x: input, alpha: slope })
        : [ofInput(from, input, slope), ofSlopes(mul(from, input), input, slope)]
    ) as [Tensor, Tensor];
    dalpha = keep(made);
    return {
      value,
      gradFunc: (ddx, [dy1, x1, a1]) => [ofInput(ddx, x1!, a1!), zerosLike(x1!), ofSlopes(mul(ddx, dy1!), x1!, a1!)],
    };
  });
  const second = (customGrad as WithGradient)((from: Tensor, input: Tensor, save: GradSaver) => {
    save([from, input]);
    const value = dalpha.clone();
    dispose(dalpha);
    const below = (each: Tensor, at: Tensor, dd: Tensor): Tensor => mul(where(greater(at, 0), zerosLike(at), each), dd);
    return { value, gradFunc: (dd, [dy1, x1]) => [below(x1!, x1!, dd), below(dy1!, x1!, dd)] };
  });
  return [first(dy, x, alpha), second(dy, x)];
}

/** PReLU by name has one fixed slope; a slope that learns is a tensor or a layer. @internal */
export const preluDefinition: Definition = {
  name: 'prelu',
  defaults: { alpha: 0.25 },
  compose: ({ alpha = 0.25 }: { alpha?: number }) => {
    requireFinite(place, 'alpha', alpha);
    return { ...leakyReluComposition({ negativeSlope: alpha }), name: 'prelu', kernel: 'leakyRelu' };
  },
  scalar: ({ alpha = 0.25 }: { alpha?: number }) => leakyScalar(alpha),
};

/** @internal */
export const preluEntry: Entry = {
  formula: 'x \\text{ for } x > 0,\\quad a x \\text{ otherwise, } a \\text{ learnt}',
  paper: 'He et al. 2015',
  range: '(−∞, ∞)',
  monotone: true,
  deadRegion: null,
  cost: 'comparison',
};

/**
 * `prelu(x, alpha) = x for x > 0, alpha · x otherwise`, with gradients for both. Right for slopes above 1 and below 0. At
 * the kink the derivative is alpha, as in PyTorch.
 *
 * @param x float32[batch, …, channels]; borrowed
 * @param alpha float32 slopes that broadcast to x, such as [] or [channels]; borrowed
 * @returns float32 like x; the caller's
 * @throws TypeError unless both are float32 tensors; RangeError where alpha does not broadcast
 * @see He et al. 2015, Delving Deep into Rectifiers; torch.nn.PReLU
 */
export function prelu<T extends Tensor>(x: T, alpha: Tensor): T {
  requireFloat32Tensor(place, 'x', x);
  requireFloat32Tensor(place, 'alpha', alpha);
  requireBroadcast(x, alpha);
  const apply = customGrad((...args: (Tensor | GradSaver)[]) => {
    const [input, slope, save] = args as [Tensor, Tensor, GradSaver];
    save([input, slope]);
    const value =
      repeats(input, slope) && hasKernel(kernel)
        ? (engine().runKernel(kernel, { x: input, alpha: slope }) as Tensor)
        : composed(input, slope);
    return { value, gradFunc: (dy: Tensor, [kept, keptSlope]: Tensor[]) => gradients(dy, kept!, keptSlope!) };
  });
  return tidy(() => apply(x, alpha)) as T;
}
