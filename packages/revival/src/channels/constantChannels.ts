import type { Constants } from './constants';
import { type ChannelSpace, type ChannelStructure, representative } from './spaces';

/** The channels of each space that are constant somewhere: the candidates for removal. */
export function constantChannels(
  structure: ChannelStructure,
  constants: ReadonlyMap<number, Constants>,
): Map<ChannelSpace, Set<number>> {
  const found = new Map<ChannelSpace, Set<number>>();
  for (const output of structure.calls.flatMap(({ outputs }) => outputs)) {
    const values = constants.get(output.id);
    if (!values) continue;
    let offset = 0;
    for (const one of structure.layout(output).spaces) {
      const space = representative(one);
      const channels = found.get(space) ?? new Set();
      for (let c = 0; c < one.size; c++) if ((values[offset + c] ?? null) !== null) channels.add(c);
      found.set(space, channels);
      offset += one.size;
    }
  }
  return found;
}
