import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { adamW, sgd, startWasm } from '../index';

/** How much one step without a gradient leaves of a kernel and of a PReLU's slope. */
async function afterOneStep(optimizer: tf.Optimizer): Promise<[kernel: number, slope: number]> {
  const model = sequential();
  model.add(layers.dense({ units: 1, inputShape: [1], kernelInitializer: 'ones', useBias: false }));
  model.add(layers.prelu({ alphaInitializer: 'ones' }));
  model.compile({ optimizer, loss: 'meanSquaredError' });
  const zero = tf.zeros([1, 1]);
  await model.trainOnBatch(zero, zero);
  const values = model.getWeights().map((weight) => weight.dataSync()[0]!);
  zero.dispose();
  optimizer.dispose();
  model.dispose();
  return [values[0]!, values[1]!];
}

describe.each(['native', 'cpu'])('%s', (kind) => {
  test.each([
    [
      'sgd',
      (decays?: (name: string) => boolean) => sgd({ learningRate: 0.5, weightDecay: 0.5, ...(decays && { decays }) }),
    ],
    [
      'adamW',
      (decays?: (name: string) => boolean) => adamW({ learningRate: 0.5, weightDecay: 0.5, ...(decays && { decays }) }),
    ],
  ] as const)('%s leaves the slopes of PReLU out of weight decay, unless told otherwise', async (_, make) => {
    if (kind === 'cpu') await tf.setBackend('cpu');
    else await startWasm();
    expect(await afterOneStep(make())).toEqual([0.75, 1]);
    expect(await afterOneStep(make(() => true))).toEqual([0.75, 0.75]);
    expect(await afterOneStep(make(() => false))).toEqual([1, 1]);
  });
});
