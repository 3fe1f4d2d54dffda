import { deregisterOp, GraphModel, registerOp } from '@tensorflow/tfjs-converter';
import { dispose, reshape, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { ModelInput } from '../audit/batches';
import { counted, type Seen, type Watched } from '../audit/seen';
import type { GraphDef } from './graphDef';
import { run, withGraph } from './graphModel';

let made = 0;

/**
 * A graph whose activations are run by the pass that counts: z is read from memory once, and is gone before the next layer
 * comes. The operation is registered with tfjs-converter under a name of its own, until `dispose`.
 */
export class CountingGraph<W extends Watched> {
  readonly #operation = `RelumineCounted${++made}`;
  readonly #model: GraphModel;
  readonly #outputs: string[];
  #look: ((seen: Seen<W>) => void) | undefined;

  /** Whether the model is one of this copy of tfjs-converter: another one knows nothing of what is registered here. */
  static fits(model: GraphModel): boolean {
    return model instanceof GraphModel;
  }

  /**
   * @param graph   with every activation in a node of its own
   * @param watched those that are counted: their names are their nodes'; no PReLU, which has a second input
   * @param outputs names of nodes that need all of them
   */
  constructor(model: GraphModel, graph: GraphDef, watched: readonly W[], outputs: string[]) {
    registerOp(this.#operation, ({ inputs, attrs }) => this.#apply(watched[attrs.watched as number]!, inputs[0]!));
    const places = new Map(watched.map(({ name }, place) => [name, place]));
    const node = graph.node.map((one) => {
      const place = places.get(one.name);
      return place === undefined ? one : { ...one, op: this.#operation, attr: { watched: { i: place } } };
    });
    try {
      this.#model = withGraph(model, { ...graph, node });
    } catch (error) {
      this.dispose();
      throw error;
    }
    this.#outputs = outputs;
  }

  /** One forward pass that shows what was counted; returns the values of `names`, the caller's. */
  async run(xs: ModelInput, names: string[], look: (seen: Seen<W>) => void): Promise<Tensor[]> {
    this.#look = look;
    const values = await run(this.#model, xs, [...names, ...this.#outputs]);
    const kept = new Set(values.slice(0, names.length));
    const inputs = new Set('dataId' in xs ? [xs as Tensor] : Object.values(xs));
    dispose(values.filter((one) => !kept.has(one) && !inputs.has(one)));
    return values.slice(0, names.length);
  }

  #apply(watched: W, z: Tensor): Tensor {
    return tidy(() => {
      const found = counted(watched, z.rank < 2 ? reshape(z, [-1, 1]) : z);
      if (!found) throw new Error('[relumine/dead-neuron-metrics/graph/auditModel] the backend counts no longer.');
      this.#look?.(found.seen);
      return z.rank < 2 ? reshape(found.h, z.shape) : found.h;
    });
  }

  dispose(): void {
    deregisterOp(this.#operation);
  }
}
