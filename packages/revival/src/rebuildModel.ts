import { invalidArgument } from '@relumine/core';
import { engine } from '@tensorflow/tfjs-core';
import { type LayersModel, models } from '@tensorflow/tfjs-layers';

/** The variables that tfjs knows by name, a model's weights among them. */
const variables = (): Record<string, { dispose(): void }> => engine().state.registeredVariables;

/**
 * The model that a topology, a changed `toJSON`, describes, with weights as its initialisers draw them; the caller's.
 *
 * @throws RangeError where tfjs can't make it, as with a layer whose class is not registered; what was made of it is freed
 */
export async function rebuildModel(where: string, modelTopology: object): Promise<LayersModel> {
  const before = new Set(Object.keys(variables()));
  // A topology without weights is made at once: what is new after the call is the model's.
  const making = models.modelFromJSON({ modelTopology: modelTopology as never });
  const made = Object.entries(variables()).filter(([name]) => !before.has(name));
  try {
    return await making;
  } catch (error) {
    for (const [, variable] of made) variable.dispose();
    throw invalidArgument({
      where,
      argument: 'model',
      rule: 'must be one that tfjs can make again from its own toJSON()',
      received: (error as Error).message.split('\n', 1)[0]!.replace(/\.( This may be due.*)?$/, ''),
      wayOut: 'Register the classes of your own layers first: tf.serialization.registerClass(MyLayer).',
      cause: error,
    });
  }
}
