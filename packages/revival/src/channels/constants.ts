import type { DeadNeuronReport } from '@relumine/core';
import { decodeNumber } from '@relumine/core';
import { type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { RuledCall } from './spaces';

/** Per channel of a tensor's last axis (before any flattening): the value it always has, or null where it varies. */
export type Constants = readonly (number | null)[];

/** Positions to stand in for an axis of unknown length: enough to show a border. */
const unknownLength = 9;

/** Channels whose measured minimum and maximum are the same finite number. */
function measured(report: DeadNeuronReport): Map<string, Constants> {
  const byLayer = new Map<string, Constants>();
  for (const layer of report.layers.filter(({ path }) => path.length === 0)) {
    const { min, max } = layer.statistics;
    const values = Array.from({ length: layer.channels }, (_, c) => {
      const [low, high] = [decodeNumber(min[c]!), decodeNumber(max[c]!)];
      // −0 and 0 are the same constant.
      return Number.isFinite(low) && low === high ? low + 0 : null;
    });
    byLayer.set(layer.name, values);
  }
  return byLayer;
}

/** A tensor of one sample whose channels hold their constants (0 where they vary). */
function constantTensor(symbolic: SymbolicTensor, constants: Constants): Tensor {
  const shape = symbolic.shape.map((length, axis) => (axis === 0 ? 1 : (length ?? unknownLength)));
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  for (let i = 0; i < values.length; i++) values[i] = constants[i % constants.length] ?? 0;
  return tensor(values, shape);
}

/** The constants that come out of a layer that treats each channel alone: the layer itself says so. */
async function throughLayer(call: RuledCall, inputs: readonly Constants[]): Promise<Constants> {
  const output = tidy(() => {
    const fed = call.inputs.map((input, i) => constantTensor(input, inputs[i]!));
    return call.layer.apply(fed.length === 1 ? fed[0]! : fed, { training: false }) as Tensor;
  });
  const values = await output.data();
  output.dispose();
  const channels = inputs[0]!.length;
  return Array.from({ length: channels }, (_, c) => {
    if (inputs.some((one) => one[c] === null)) return null;
    const value = values[c]!;
    for (let i = c; i < values.length; i += channels) if (values[i] !== value) return null;
    return Number.isFinite(value) ? value + 0 : null;
  });
}

/**
 * The constants of every tensor of a model, from a report: what was measured at the audited layers, carried on through
 * layers that treat each channel alone. Tensors that nothing is known of are left out.
 *
 * A measured constant holds for the report's samples; what follows from it is as sure as it is.
 */
export async function channelConstants(
  calls: readonly RuledCall[],
  report: DeadNeuronReport,
): Promise<Map<number, Constants>> {
  const known = measured(report);
  const constants = new Map<number, Constants>();
  for (const call of calls) {
    const output = call.outputs[0]!;
    const inputs = call.inputs.map((input) => constants.get(input.id));
    const own = known.get(call.layer.name);
    const complete = inputs.length > 0 && inputs.every((one) => one !== undefined);
    if (own && own.length === output.shape.at(-1)) {
      constants.set(output.id, own);
    } else if (call.rule.kind === 'flatten' && inputs[0]) {
      constants.set(output.id, inputs[0]);
    } else if (call.rule.kind === 'concat') {
      const parts = call.inputs.map((input, i) => inputs[i] ?? new Array<null>(input.shape.at(-1) ?? 0).fill(null));
      constants.set(output.id, parts.flat());
    } else if (complete && (call.rule.kind === 'carrier' || call.rule.kind === 'add')) {
      if (inputs.some((one) => one!.some((value) => value !== null)))
        constants.set(output.id, await throughLayer(call, inputs as Constants[]));
    }
  }
  return constants;
}
