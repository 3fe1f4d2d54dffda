import { type DeadNeuronReport, decodeNumber, type LayerReport } from '@relumine/core';
import {
  abs,
  add,
  div,
  floor,
  greater,
  max,
  maximum,
  min,
  minimum,
  mul,
  sign,
  sum,
  type Tensor,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { hasChannelsFirst, sourceOf, withChannelsLast } from '../channelsFirst';
import type { Granularity } from './quantize';

/** How the activations of one layer are quantised: value = scale · level, level from `lowest` to `levels`. */
export interface ActivationScale {
  readonly lowest: number;
  readonly levels: number;
  /** One for the tensor, or one for each channel. */
  readonly scales: Float32Array;
}

/** What quantisation made of one layer's activations, over all the data that went through. */
export interface QuantizedActivity {
  readonly lowest: Float32Array;
  readonly highest: Float32Array;
  clipped: number;
  count: number;
}

const magnitudes = ({ statistics, channels }: LayerReport): number[] =>
  Array.from({ length: channels }, (_, c) =>
    Math.max(Math.abs(decodeNumber(statistics.max[c]!)), Math.abs(decodeNumber(statistics.min[c]!))),
  );

/**
 * Scales from the ranges of a report: unsigned levels 0 … 2^bits − 1 where nothing is negative, as behind ReLU, else
 * symmetric signed ones.
 */
export function activationScale(layer: LayerReport, bits: number, granularity: Granularity): ActivationScale {
  const signed = layer.statistics.min.some((low) => decodeNumber(low) < 0);
  const levels = signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  const each = magnitudes(layer);
  const ranges = granularity === 'channel' ? each : [Math.max(0, ...each)];
  return { lowest: signed ? -levels : 0, levels, scales: Float32Array.from(ranges, (range) => range / levels) };
}

/** h after quantisation and back; half a step rounds away from 0, a range of 0 gives 0. */
export function quantizeActivations(h: Tensor, { lowest, levels, scales }: ActivationScale): Tensor {
  return tidy(() => {
    const scale = tensor1d(scales);
    // Where nothing was ever seen, dividing by 1 and multiplying by 0 gives 0 without 0/0.
    const safe = tensor1d(scales.map((one) => (one > 0 ? one : 1)));
    const steps = div(h, safe);
    const rounded = mul(sign(steps), floor(add(abs(steps), 0.5)));
    return mul(minimum(maximum(rounded, lowest), levels), scale);
  });
}

type Call = (inputs: Tensor | Tensor[], kwargs: unknown) => Tensor | Tensor[];

/** Quantises the activations of a model while it is attached; for copies, whose layers nobody else uses. */
export class ActivationQuantizer {
  /** The layer whose output is let through as it is, to look at what comes before its activation. */
  skip: string | undefined;
  readonly activity: Map<string, QuantizedActivity> = new Map();
  private readonly undo: (() => void)[] = [];

  constructor(model: LayersModel, report: DeadNeuronReport, bits: number, granularity: Granularity) {
    for (const layer of report.layers) {
      if (layer.path.length > 0) continue;
      const first = hasChannelsFirst(sourceOf(model, layer));
      this.attach(model.getLayer(layer.name), activationScale(layer, bits, granularity), layer.channels, first);
    }
  }

  private attach(layer: layers.Layer, scale: ActivationScale, channels: number, channelsFirst: boolean): void {
    const target = layer as unknown as { call: Call };
    const call = target.call.bind(layer) as Call;
    const seen: QuantizedActivity = {
      lowest: new Float32Array(channels).fill(Number.POSITIVE_INFINITY),
      highest: new Float32Array(channels).fill(Number.NEGATIVE_INFINITY),
      clipped: 0,
      count: 0,
    };
    this.activity.set(layer.name, seen);
    target.call = (inputs, kwargs) =>
      tidy(() => {
        const h = [call(inputs, kwargs)].flat()[0]!;
        if (this.skip === layer.name) return h;
        const quantize = (last: Tensor): Tensor => {
          const quantized = quantizeActivations(last, scale);
          record(seen, last, quantized, scale);
          return quantized;
        };
        return channelsFirst && h.rank > 2 ? withChannelsLast(h, quantize) : quantize(h);
      });
    this.undo.push(() => {
      delete (target as { call?: Call }).call;
    });
  }

  detach(): void {
    for (const undo of this.undo.splice(0)) undo();
  }
}

function record(seen: QuantizedActivity, h: Tensor, quantized: Tensor, { levels, scales }: ActivationScale): void {
  const axes = h.shape.map((_, axis) => axis).slice(0, -1);
  const [low, high, beyond] = tidy(() => [
    min(quantized, axes),
    max(quantized, axes),
    sum(greater(abs(h), tensor1d(scales.map((scale) => scale * (levels + 0.5))))),
  ]) as [Tensor, Tensor, Tensor];
  const [lows, highs] = [low.dataSync(), high.dataSync()];
  for (let c = 0; c < seen.lowest.length; c++) {
    seen.lowest[c] = Math.min(seen.lowest[c]!, lows[c]!);
    seen.highest[c] = Math.max(seen.highest[c]!, highs[c]!);
  }
  seen.clipped += beyond.dataSync()[0]!;
  seen.count += h.size;
}
