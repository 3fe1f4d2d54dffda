import { invalidArgument, type LayerReport } from '@relumine/core';

/**
 * Where a layer is dead: the share of its channels that never fired, at each position of a sample. Positions that are dead
 * in many channels (an edge, a corner) tell of padding or of input that is always blank there.
 *
 * @param layer a layer of a report
 * @param width positions in a row: the layer's output width, the last entry of its `shape`, unless given
 * @returns rows of shares in [0, 1]; a position with a NaN counts as not dead
 * @throws RangeError where the width does not divide the positions
 */
export function deadPositions(
  layer: LayerReport,
  width: number = layer.shape?.at(-1) ?? layer.statistics.positions,
): number[][] {
  const { positions, unitFired, unitNan, nonFinite } = layer.statistics;
  if (!Number.isInteger(width) || width < 1 || positions % width !== 0)
    throw invalidArgument({
      where: 'dead-neuron-metrics/deadPositions',
      argument: 'width',
      rule: `must divide the ${positions} positions of ${layer.name}`,
      received: String(width),
    });
  const share = (position: number): number => {
    let dead = 0;
    for (let c = 0; c < layer.channels; c++) {
      const unit = position * layer.channels + c;
      if (unitFired[unit] === 0 && !(nonFinite === 'propagate' && unitNan[unit]! > 0)) dead++;
    }
    return dead / layer.channels;
  };
  return Array.from({ length: positions / width }, (_, row) =>
    Array.from({ length: width }, (_, column) => share(row * width + column)),
  );
}
