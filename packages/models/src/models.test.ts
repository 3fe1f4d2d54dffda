import { startWasm } from '@relumine/wasm-backend';
import { dispose, floor, io, memory, randomUniform, type Tensor, tidy, zeros } from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type ActivationChoice,
  deepNarrow,
  leNet5,
  type ModelOptions,
  mobileNet,
  type Normalization,
  resNet,
  textCnn,
  vgg,
} from './index';

beforeAll(async () => {
  await startWasm({ threads: 1 });
});

interface Case {
  name: string;
  make: (options?: ModelOptions) => LayersModel;
  /** A small one, for training. */
  small: (options?: ModelOptions) => LayersModel;
  activations: number;
  parameters: number;
}

const tiny = { inputShape: [12, 12, 1], classes: 3 };
const cases: Case[] = [
  // 6·26 + 16·151 + 120·401 + 84·121 + 10·85
  { name: 'leNet5', make: leNet5, small: (o) => leNet5({ ...tiny, ...o }), activations: 4, parameters: 61_706 },
  {
    name: 'vgg',
    make: vgg,
    small: (o) => vgg({ ...tiny, depth: 8, width: 2, ...o }),
    activations: 10,
    // 160 + 4,640 + 18,496 + 36,928 + 73,856 + 3·147,584 + 2·16,512 + 1,290
    parameters: 611_146,
  },
  {
    name: 'resNet',
    make: resNet,
    small: (o) => resNet({ ...tiny, depth: 8, width: 4, ...o }),
    activations: 19,
    // 208 + 6·2,368 + (4,608 + 5·9,216 + 768 + 640) + (18,432 + 5·36,864 + 1,536 + 2,304) + 650
    parameters: 273_754,
  },
  {
    name: 'mobileNet',
    make: mobileNet,
    small: (o) => mobileNet({ ...tiny, width: 2, ...o }),
    activations: 27,
    // Keras's MobileNet without its top has 3,228,864, its first kernel 576 more for colours; the output has 10,250.
    parameters: 3_238_538,
  },
  // 785·8 + 9·(8·9) + 10·9
  {
    name: 'deepNarrow',
    make: deepNarrow,
    small: (o) => deepNarrow({ ...tiny, depth: 3, ...o }),
    activations: 10,
    parameters: 7018,
  },
  {
    name: 'deepNarrow of convolutions',
    make: (o) => deepNarrow({ kind: 'conv', depth: 4, ...o }),
    small: (o) => deepNarrow({ ...tiny, kind: 'conv', depth: 3, ...o }),
    activations: 4,
    // 80 + 3·584 + 10·(784·8 + 1)
    parameters: 64_562,
  },
  {
    name: 'textCnn',
    make: textCnn,
    small: (o) => textCnn({ inputShape: [9], classes: 3, vocabulary: 20, embedding: 4, filters: 5, ...o }),
    activations: 3,
    // 32,000 + 64·(97 + 129 + 161) + 10·193
    parameters: 58_698,
  },
];

const values = (model: LayersModel): number[][] => model.getWeights().map((weight) => [...weight.dataSync()]);
const activationsOf = (model: LayersModel): string[] =>
  model.layers.map(({ name }) => name).filter((name) => name.endsWith('_activation'));

/** Images, or words below 20. */
function batchFor(model: LayersModel): { xs: Tensor; ys: Tensor } {
  const shape = model.inputs[0]!.shape.slice(1) as number[];
  const classes = model.outputShape.at(-1) as number;
  const xs = tidy(() => {
    const uniform = randomUniform([4, ...shape], 0, shape.length === 1 ? 20 : 1, 'float32', 5);
    return shape.length === 1 ? floor(uniform) : uniform;
  });
  const ys = tidy(() => {
    const one = zeros([4, classes]).bufferSync();
    for (let i = 0; i < 4; i++) one.set(1, i, i % classes);
    return one.toTensor();
  });
  return { xs, ys };
}

describe.each(cases)('$name', ({ make, small, activations, parameters }) => {
  test('has the layers and parameters that it says', () => {
    const model = make();
    expect(activationsOf(model)).toHaveLength(activations);
    expect(model.outputShape).toEqual([null, 10]);
    expect(model.countParams()).toBe(parameters);
    const lines: string[] = [];
    model.summary(80, undefined, (line) => lines.push(String(line)));
    expect(lines.join('\n')).toContain('output');
    model.dispose();
  });

  test('equal seeds give equal weights, and no two kernels start alike', () => {
    const models = [small({ seed: 3 }), small({ seed: 3 }), small({ seed: 4 })];
    const [first, again, other] = models.map(values);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    const kernels = first!.filter((weight) => new Set(weight).size > 1).map((weight) => weight.join());
    expect(new Set(kernels).size).toBe(kernels.length);
    for (const model of models) model.dispose();
  });

  test('takes one activation per layer', () => {
    const count = activationsOf(small()).length;
    const mixed = Array.from(
      { length: count },
      (_, i): ActivationChoice => (['relu', 'leakyRelu', 'prelu'] as const)[i % 3]!,
    );
    const model = small({ activation: mixed });
    expect(
      activationsOf(model).map(
        (name) => (model.getLayer(name) as unknown as { relumine: { name: string } }).relumine.name,
      ),
    ).toEqual(mixed);
    model.dispose();
    const message = `\`options.activation\` must be one activation, or ${count}, one for each layer`;
    expect(() => small({ activation: [...mixed, 'relu'] })).toThrow(message);
  });

  test.each(['none', 'batch', 'spectral'] satisfies Normalization[])(
    'with normalization %s it trains on WASM, saves and loads, and leaks nothing',
    async (normalization) => {
      const round = async (): Promise<void> => {
        const model = small({ normalization, activation: 'prelu' });
        model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
        const { xs, ys } = batchFor(model);
        const before = values(model);
        expect(await model.trainOnBatch(xs, ys)).toBeGreaterThan(0);
        expect(values(model)).not.toEqual(before);
        expect(values(model).flat().every(Number.isFinite)).toBe(true);
        let saved: io.ModelArtifacts | undefined;
        await model.save(
          io.withSaveHandler(async (artifacts) => {
            saved = artifacts;
            return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
          }),
        );
        const loaded = await loadLayersModel(io.fromMemory(saved!));
        const [expected, actual] = [model, loaded].map((m) => tidy(() => [...(m.predict(xs) as Tensor).dataSync()]));
        expect(actual).toEqual(expected);
        dispose([xs, ys]);
        loaded.dispose();
        model.optimizer.dispose();
        model.dispose();
      };
      await round();
      const tensors = memory().numTensors;
      await round();
      expect(memory().numTensors).toBe(tensors);
    },
  );
});

test('wrong options are named', () => {
  expect(() => vgg({ depth: 17 })).toThrow(
    '[relumine/models/vgg] `options.depth` must be a finite number of at most 16. Received: 17.',
  );
  expect(() => vgg({ depth: 7 })).toThrow('at least 8');
  expect(() => resNet({ depth: 21 })).toThrow('[relumine/models/resNet] `options.depth` must be 6n + 2');
  expect(() => resNet({ width: 0 })).toThrow('`options.width` must be an integer of at least 1');
  expect(() => mobileNet({ width: 1.5 })).toThrow('`options.width`');
  expect(() => deepNarrow({ kind: 'dens' as 'dense' })).toThrow("Did you mean 'dense'?");
  expect(() => deepNarrow({ depth: 0 })).toThrow('`options.depth`');
  expect(() => textCnn({ vocabulary: -1 })).toThrow('[relumine/models/textCnn] `options.vocabulary`');
  expect(() => textCnn({ inputShape: [8, 8, 1] })).toThrow('`options.inputShape` must be [length]');
  expect(() => leNet5({ inputShape: [8, 8, 1] })).toThrow('height and width of at least 12. Received: [8, 8, 1].');
});

test('the depths of vgg are what they say', () => {
  for (const depth of [8, 11, 13, 16]) {
    const model = vgg({ depth, width: 1 });
    expect(model.layers.filter((layer) => ['Conv2D', 'Dense'].includes(layer.getClassName()))).toHaveLength(depth);
    model.dispose();
  }
});

test.each([
  // Two of the normal ones have the tails that tfjs cuts off: 0.8796 of their deviation is left.
  ['heNormal', 2 * 0.8796 ** 2],
  ['heUniform', 2],
  ['glorotNormal', 0.8796 ** 2],
  ['leCunUniform', 1],
  ['kaimingNormal', 2],
  ['orthogonal', 1],
] as const)('%s draws a depthwise kernel for the one channel that its units see', (initializer, squares) => {
  const model = mobileNet({ inputShape: [12, 12, 1], width: 8, initializer, activation: 'relu', seed: 1 });
  try {
    const kernel = model.getLayer('depthwise13').getWeights()[0]!;
    expect(kernel.shape).toEqual([3, 3, 256, 1]);
    // Σw² of a channel, on average over 256: a standard error of 3 %.
    const weights = kernel.dataSync() as Float32Array;
    const mean = weights.reduce((sum, w) => sum + w * w, 0) / 256;
    expect(mean / squares).toBeGreaterThan(0.88);
    expect(mean / squares).toBeLessThan(1.12);
  } finally {
    model.dispose();
  }
});
