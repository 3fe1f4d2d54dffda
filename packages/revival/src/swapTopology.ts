/** A layer as tfjs-layers writes it into a model's topology. */
export interface LayerEntry {
  class_name: string;
  name?: string;
  config: Record<string, unknown> & { name?: string };
  /** Functional models: for each node, its inputs as [layer, node index, tensor index, arguments]. */
  inbound_nodes?: [string, number, number, Record<string, unknown>?][][];
}

export interface Topology {
  class_name: string;
  config: LayerEntry[] | { layers: LayerEntry[]; output_layers?: [string, number, number][]; [key: string]: unknown };
}

/** A replacement for the activation of layer `name`; `name` of the entry is set by the caller. */
export type MakeEntry = (name: string) => LayerEntry;

const activationClasses = new Set(['ReLU', 'LeakyReLU', 'ELU', 'PReLU', 'ThresholdedReLU', 'RelumineActivation']);

/** Fused activations that end a network rather than bend it. */
const kept = new Set(['linear', 'softmax', 'log_softmax', 'logSoftmax']);

const layersOf = (topology: Topology): LayerEntry[] =>
  Array.isArray(topology.config) ? topology.config : topology.config.layers;

const nameOf = (entry: LayerEntry): string => entry.config.name ?? entry.name ?? '';

/** Whether a layer is an activation of its own (a softmax is not one that is replaced). */
function isActivation({ class_name: name, config }: LayerEntry): boolean {
  return name === 'Activation' ? !kept.has(String(config.activation)) : activationClasses.has(name);
}

/** Layers whose `activation` comes last, so that it can stand behind them; a recurrent layer's is part of its cell. */
const fuses = new Set([
  'Conv1D',
  'Conv2D',
  'Conv2DTranspose',
  'Conv3D',
  'Conv3DTranspose',
  'Dense',
  'DepthwiseConv2D',
  'SeparableConv2D',
]);

function hasFusedActivation({ class_name: name, config }: LayerEntry): boolean {
  return fuses.has(name) && typeof config.activation === 'string' && !kept.has(config.activation);
}

/** What a layer reads: the first one of a Sequential model says so itself. */
function readingLike({ config }: LayerEntry, made: LayerEntry): LayerEntry {
  const { batch_input_shape: shape, dtype } = config;
  if (shape !== undefined) Object.assign(made.config, { batch_input_shape: shape, dtype });
  return made;
}

/** Names of the layers whose output is an output of the model. */
function outputNames(topology: Topology): Set<string> {
  if (Array.isArray(topology.config) || !topology.config.output_layers)
    return new Set(layersOf(topology).slice(-1).map(nameOf));
  return new Set(topology.config.output_layers.map(([name]) => name));
}

/**
 * A copy of a topology in which every hidden activation is another one: activation layers are replaced, and a fused
 * activation becomes linear with an activation layer behind it. Activations of output layers are kept.
 *
 * @returns the new topology, and the names of the layers that bear the new activations
 */
export function swapTopology(topology: Topology, make: MakeEntry): { topology: Topology; swapped: string[] } {
  const copy = JSON.parse(JSON.stringify(topology)) as Topology;
  const outputs = outputNames(copy);
  const entries = layersOf(copy);
  const functional = entries.some((entry) => entry.inbound_nodes !== undefined);
  const swapped: string[] = [];
  const moved = new Map<string, string>();

  const place = (entry: LayerEntry, made: LayerEntry, name: string): LayerEntry => {
    made.config.name = name;
    if (functional) made.name = name;
    if (entry.inbound_nodes) made.inbound_nodes = entry.inbound_nodes;
    swapped.push(name);
    return made;
  };

  const next = entries.flatMap((entry) => {
    const name = nameOf(entry);
    if (outputs.has(name)) return [entry];
    if (isActivation(entry)) return [place(entry, readingLike(entry, make(name)), name)];
    if (!hasFusedActivation(entry)) return [entry];
    entry.config.activation = 'linear';
    const behind = place(entry, make(`${name}_activation`), `${name}_activation`);
    // One node of the new layer for each use of the old one.
    if (functional) behind.inbound_nodes = (entry.inbound_nodes ?? []).map((_, node) => [[name, node, 0, {}]]);
    moved.set(name, `${name}_activation`);
    return [entry, behind];
  });

  if (functional) {
    for (const entry of next)
      for (const node of entry.inbound_nodes ?? [])
        for (const input of node) {
          const to = moved.get(input[0]);
          if (to && nameOf(entry) !== to) input[0] = to;
        }
  }
  if (Array.isArray(copy.config)) copy.config = next;
  else copy.config.layers = next;
  return { topology: copy, swapped };
}
