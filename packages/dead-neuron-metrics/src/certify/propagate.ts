import { activationOf, isActivationLayer } from './activationOf';
import { convolve } from './convolve';
import { batchNormalized, type MergeKind, merged, rescaled } from './elementwise';
import { type Interval, sizeOf } from './interval';
import { fieldsOf, type Layer, type LayerFields, pair, type Variable, type Weights } from './layerFields';
import { pool } from './pool';
import { concatenated, gathered, reshaped } from './rearrange';
import { extent, windowOf } from './windows';

/** How a layer's z follows from its inputs: `shape` is that of its output, without the batch axis. */
type Rule = (xs: readonly Interval[], shape: readonly number[], layer: Layer, weights: Weights) => Interval | Refusal;

/** Why a layer of a known kind can't be bounded. */
export interface Refusal {
  refused: string;
}

const identity: Rule = ([x]) => x!;
const flat: Rule = ([x], shape) => reshaped(x!, shape);
const orNull = (weights: Weights, variable: Variable | null | undefined): Float32Array | null =>
  variable ? weights(variable) : null;

function sliding(
  x: Interval,
  shape: readonly number[],
  fields: LayerFields,
  kernel: Variable,
  rank: 1 | 2,
): ReturnType<typeof windowOf> {
  const extents = kernel.shape.slice(0, rank) as number[];
  return windowOf({
    input: extent(x.shape),
    output: extent(shape),
    kernel: rank === 1 ? [1, extents[0]!] : [extents[0]!, extents[1]!],
    strides: pair(fields.strides, rank),
    dilation: pair(fields.dilationRate, rank),
    padding: String(fields.padding ?? 'valid'),
  });
}

const convolution =
  (rank: 1 | 2): Rule =>
  ([x], shape, layer, weights) => {
    const fields = fieldsOf(layer);
    if (fields.padding === 'causal') return { refused: "padding 'causal'" };
    const kernel = fields.kernel!;
    const window = sliding(x!, shape, fields, kernel, rank);
    return convolve(x!, shape, weights(kernel), orNull(weights, fields.bias), window);
  };

const depthwise: Rule = ([x], shape, layer, weights) => {
  const fields = fieldsOf(layer);
  const kernel = fields.depthwiseKernel!;
  return convolve(
    x!,
    shape,
    weights(kernel),
    orNull(weights, fields.bias),
    sliding(x!, shape, fields, kernel, 2),
    true,
  );
};

const separable: Rule = ([x], shape, layer, weights) => {
  const fields = fieldsOf(layer);
  const [kernel, pointwise] = [fields.depthwiseKernel!, fields.pointwiseKernel!];
  const between = [...shape.slice(0, -1), pointwise.shape[2]!];
  const middle = convolve(x!, between, weights(kernel), null, sliding(x!, shape, fields, kernel, 2), true);
  return convolve(middle, shape, weights(pointwise), orNull(weights, fields.bias), perPixel(shape));
};

const perPixel = (shape: readonly number[]): ReturnType<typeof windowOf> => {
  const size: [number, number] = [1, sizeOf(shape.slice(0, -1))];
  return windowOf({ input: size, output: size, kernel: [1, 1], strides: [1, 1], dilation: [1, 1], padding: 'valid' });
};

const dense: Rule = ([x], shape, layer, weights) => {
  const { kernel, bias } = fieldsOf(layer);
  return convolve(x!, shape, weights(kernel!), orNull(weights, bias), perPixel(shape));
};

const pooling =
  (kind: 'max' | 'average', rank: 1 | 2): Rule =>
  ([x], shape, layer) => {
    const fields = fieldsOf(layer);
    const window = windowOf({
      input: extent(x!.shape),
      output: extent(shape),
      kernel: pair(fields.poolSize, rank),
      strides: pair(fields.strides ?? fields.poolSize, rank),
      dilation: [1, 1],
      padding: String(fields.padding ?? 'valid'),
    });
    return pool(x!, shape, window, kind);
  };

const globalPooling =
  (kind: 'max' | 'average'): Rule =>
  ([x], shape) => {
    const size = extent(x!.shape);
    const all = { input: size, output: [1, 1], kernel: size, strides: [1, 1], dilation: [1, 1] } as const;
    return reshaped(pool(x!, [1, 1, shape.at(-1)!], windowOf({ ...all, padding: 'valid' }), kind), shape);
  };

const merge =
  (kind: MergeKind): Rule =>
  (xs) => {
    const same = xs.every((x) => x.shape.join() === xs[0]!.shape.join());
    return same
      ? merged(xs, kind)
      : { refused: `inputs of different shapes: ${xs.map((x) => `[${x.shape}]`).join(', ')}` };
  };

/** An axis that counts the batch, as an index of a shape without it. */
const axisWithoutBatch = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis - 1);

const batchNormalization: Rule = ([x], _, layer, weights) => {
  const { axis = -1, movingMean, movingVariance, gamma, beta, epsilon = 1e-3 } = fieldsOf(layer);
  return batchNormalized(x!, {
    axis: axisWithoutBatch(axis, x!.shape.length),
    mean: weights(movingMean!),
    variance: weights(movingVariance!),
    gamma: orNull(weights, gamma),
    beta: orNull(weights, beta),
    epsilon,
  });
};

const concatenation: Rule = (xs, shape, layer) =>
  concatenated(xs, shape, axisWithoutBatch(fieldsOf(layer).axis ?? -1, shape.length));

const zeroPadding: Rule = ([x], shape, layer) => {
  const [[top], [left]] = fieldsOf(layer).padding as unknown as [[number, number], [number, number]];
  return gathered(x!, shape, ([y, column, c]) => {
    const [row, across] = [y! - top, column! - left];
    const inside = row >= 0 && row < x!.shape[0]! && across >= 0 && across < x!.shape[1]!;
    return inside ? [row, across, c!] : undefined;
  });
};

const cropping: Rule = ([x], shape, layer) => {
  const [[top], [left]] = fieldsOf(layer).cropping as unknown as [[number, number], [number, number]];
  return gathered(x!, shape, ([y, column, c]) => [y! + top, column! + left, c!]);
};

const upSampling: Rule = ([x], shape, layer) => {
  const { size, interpolation = 'nearest' } = fieldsOf(layer);
  if (interpolation !== 'nearest') return { refused: `interpolation '${interpolation}'` };
  const [rows, columns] = pair(size, 2);
  return gathered(x!, shape, ([y, column, c]) => [Math.floor(y! / rows), Math.floor(column! / columns), c!]);
};

const permute: Rule = ([x], shape, layer) => {
  const dims = fieldsOf(layer).dims!;
  return gathered(x!, shape, (index) => x!.shape.map((_, axis) => index[dims.indexOf(axis + 1)]!));
};

const repeatVector: Rule = ([x], shape) => gathered(x!, shape, ([, feature]) => [feature!]);

const rescaling: Rule = ([x], _, layer) => rescaled(x!, fieldsOf(layer).scale ?? 1, fieldsOf(layer).offset ?? 0);

const rules: Readonly<Record<string, Rule>> = {
  InputLayer: identity,
  Dropout: identity,
  SpatialDropout1D: identity,
  GaussianNoise: identity,
  GaussianDropout: identity,
  AlphaDropout: identity,
  Conv1D: convolution(1),
  Conv2D: convolution(2),
  DepthwiseConv2D: depthwise,
  SeparableConv2D: separable,
  Dense: dense,
  BatchNormalization: batchNormalization,
  MaxPooling1D: pooling('max', 1),
  MaxPooling2D: pooling('max', 2),
  AveragePooling1D: pooling('average', 1),
  AveragePooling2D: pooling('average', 2),
  GlobalMaxPooling1D: globalPooling('max'),
  GlobalMaxPooling2D: globalPooling('max'),
  GlobalAveragePooling1D: globalPooling('average'),
  GlobalAveragePooling2D: globalPooling('average'),
  Add: merge('add'),
  Average: merge('average'),
  Multiply: merge('multiply'),
  Maximum: merge('maximum'),
  Minimum: merge('minimum'),
  Concatenate: concatenation,
  ZeroPadding2D: zeroPadding,
  Cropping2D: cropping,
  UpSampling2D: upSampling,
  Flatten: flat,
  Reshape: flat,
  Permute: permute,
  RepeatVector: repeatVector,
  Rescaling: rescaling,
};

/** Why this layer can't be bounded, or undefined where it can. Found before any weight is read. */
export function refusal(layer: Layer): string | undefined {
  const className = layer.getClassName();
  if (!isActivationLayer(layer) && !Object.hasOwn(rules, className)) return className;
  if (fieldsOf(layer).dataFormat === 'channelsFirst') return `${className} with dataFormat 'channelsFirst'`;
  const ending = activationOf(layer, [], () => new Float32Array(1));
  return ending.kind === 'unsupported' ? `${className} with activation '${ending.name}'` : undefined;
}

/** Bounds of a layer's z. */
export function boundsOfZ(
  layer: Layer,
  xs: readonly Interval[],
  shape: readonly number[],
  weights: Weights,
): Interval | Refusal {
  return isActivationLayer(layer) ? xs[0]! : rules[layer.getClassName()]!(xs, shape, layer, weights);
}
