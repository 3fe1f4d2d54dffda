import { tensor2d, tensor4d } from '@tensorflow/tfjs-core';
import { gather, sizeOf } from '../data/trainingData';
import { buildNetwork, buildOptimizer, compile } from './network';
import type { Session } from './session';

const steps = 4;
const images = [0, 1, 2, 3];

/**
 * Trains a copy of a session's first network for a few steps, and forgets it: browsers compile the WASM that is much used a
 * second time, on all cores, and the page answers late meanwhile. It does so before anybody waits for it.
 */
export async function warmUp({ data, plan, runs }: Session): Promise<void> {
  const choices = runs[0]?.choices;
  if (!choices) return;
  const { values, labels } = gather(data.train, images, sizeOf(data), data.classes.length);
  const model = await buildNetwork(choices, data, plan.seed);
  const optimizer = buildOptimizer(choices);
  const xs = tensor4d(values, [images.length, ...data.shape]);
  const ys = tensor2d(labels, [images.length, data.classes.length]);
  try {
    compile(model, optimizer);
    for (let step = 0; step < steps; step++) await model.trainOnBatch(xs, ys);
  } finally {
    xs.dispose();
    ys.dispose();
    model.dispose();
    optimizer.dispose();
  }
}
