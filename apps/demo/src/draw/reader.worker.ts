import { registerActivationLayers } from '@relumine/activations/layers';
import { startWasm } from '@relumine/wasm-backend';
import { io, type Tensor, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel, model as modelOf } from '@tensorflow/tfjs-layers';
import facts from '../../assets/example/facts.json';
import modelUrl from '../../assets/example/model.json?url';
import weightsUrl from '../../assets/example/weights.bin?url';
import { wasmPaths } from '../wasmPaths';
import type { LayerAnswer, ReaderAnswer } from './protocol';
import { side } from './toDigit';

const post = (answer: ReaderAnswer): void => self.postMessage(answer);
const absolute = (url: string): string => new URL(url, self.location.href).href;

/** The shipped network, with what its activations say beside its answer. */
async function load(): Promise<LayersModel> {
  // One image is too little for more threads.
  const [json, weightData] = await Promise.all([
    fetch(absolute(modelUrl)).then((response) => response.json()),
    fetch(absolute(weightsUrl)).then((response) => response.arrayBuffer()),
    startWasm({ wasmPaths: wasmPaths(), threads: 1 }),
  ]);
  registerActivationLayers();
  const { modelTopology, weightsManifest } = json;
  const artifacts = { modelTopology, weightSpecs: weightsManifest[0].weights, weightData };
  const whole = await loadLayersModel(io.fromMemory(artifacts));
  const seen = facts.layers.flatMap(({ name }) => whole.getLayer(name).output);
  return modelOf({ inputs: whole.inputs, outputs: [...seen, ...whole.outputs] });
}

async function answerOf(model: LayersModel, pixels: Float32Array, id: number): Promise<void> {
  const outputs = tidy(() => model.predict(tensor4d(pixels, [1, side, side, 1])) as Tensor[]);
  try {
    const values = (await Promise.all(outputs.map((one) => one.data()))) as Float32Array[];
    const layers = facts.layers.map((layer, i) => layerAnswer(layer, outputs[i]!.shape, values[i]!));
    post({ type: 'answer', id, layers, probabilities: values.at(-1)! });
  } finally {
    for (const one of outputs) one.dispose();
  }
}

function layerAnswer(layer: (typeof facts.layers)[number], shape: number[], values: Float32Array): LayerAnswer {
  const { name, channels } = layer;
  const [, height = 1, width = 1] = shape;
  const peaks = new Float32Array(channels);
  values.forEach((value, i) => {
    const c = i % channels;
    if (value > peaks[c]!) peaks[c] = value;
  });
  const top = Math.max(...peaks, Number.MIN_VALUE);
  const bytes = new Uint8Array(values.length);
  // Channel by channel, as they are drawn.
  for (let i = 0; i < height * width; i++)
    for (let c = 0; c < channels; c++)
      bytes[c * height * width + i] = Math.round((255 * Math.max(0, values[i * channels + c]!)) / top);
  return { name, channels, peaks, dead: layer.deadChannels, maps: { bytes, width, height } };
}

const loaded = load();
loaded.then(
  () => post({ type: 'ready' }),
  (error: Error) => post({ type: 'failed', detail: error.message }),
);
self.addEventListener('message', ({ data }: MessageEvent<{ id: number; pixels: Float32Array }>) => {
  loaded
    .then((model) => answerOf(model, data.pixels, data.id))
    .catch((error: Error) => post({ type: 'failed', detail: error.message }));
});
