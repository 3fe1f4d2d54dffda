import { io } from '@tensorflow/tfjs-core';
import { refuseModel, type SavedModel } from './savedModel';

/** `https` of `https://…`; undefined for a path, also one of a drive such as `C:\`. */
export const schemeOf = (model: string): string | undefined => /^([a-z][a-z\d+.-]+):\/\//i.exec(model)?.[1];

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  // fetch says no more than "fetch failed"; why, its cause knows.
  const because = cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code : undefined;
  return because === undefined ? error.message : `${error.message}: ${because}`;
};

/**
 * Reads a model by the handler of tfjs that takes its address: `http://` and `https://`, and whatever a program has
 * registered with `tf.io.registerLoadRouter`.
 *
 * @throws RangeError where no handler takes the address, or nothing that is a model lies there
 */
export async function readByHandler(where: string, address: string): Promise<SavedModel> {
  const refuse = (rule: string, cause?: unknown): Error => refuseModel(where, address, rule, cause);
  const [handler] = io.getLoadHandlers(address);
  if (!handler?.load)
    throw refuse(
      `must be a path, or an address that begins with file://, http:// or https:// (nothing here reads ${schemeOf(address)}://)`,
    );
  const artifacts = await handler.load().catch((cause: unknown) => {
    throw refuse(`must be the address of a model.json that can be read (${reasonOf(cause)})`, cause);
  });
  const { modelTopology, weightData } = artifacts;
  if (!modelTopology || weightData === undefined)
    throw refuse('must be the model.json of a saved model, with modelTopology and weightsManifest');
  const isGraph = artifacts.format === 'graph-model' || Array.isArray((modelTopology as { node?: unknown }).node);
  const joined = io.CompositeArrayBuffer.join(weightData);
  return { kind: isGraph ? 'graph' : 'layers', artifacts: { ...artifacts, weightData: joined } };
}
