import { backend, memory } from '@tensorflow/tfjs-core';

/** Tensors of the engine and data ids of the backend: the second shows the leaks that the first doesn't. */
export function countTensors(): { tensors: number; dataIds: number } {
  return { tensors: memory().numTensors, dataIds: backend().numDataIds() };
}

/**
 * Runs `action` and throws unless the engine holds as many tensors, and the backend as many data ids, after it as
 * before (plus `kept`, the tensors that the action leaves to the caller). An action that throws is checked too.
 */
export async function expectNoLeak<T>(action: () => T | Promise<T>, kept = 0): Promise<T> {
  const before = countTensors();
  try {
    return await action();
  } finally {
    const after = countTensors();
    const [tensors, dataIds] = [after.tensors - before.tensors - kept, after.dataIds - before.dataIds - kept];
    // biome-ignore lint/correctness/noUnsafeFinally: a leak is the finding, whatever the action did
    if (tensors !== 0 || dataIds > 0) throw new Error(`Leaked ${tensors} tensors and ${dataIds} data ids.`);
  }
}
