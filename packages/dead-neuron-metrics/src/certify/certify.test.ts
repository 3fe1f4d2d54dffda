import { type CertificateReport, createRandom, decodeNumber } from '@relumine/core';
import { startWasm } from '@relumine/wasm-backend';
import * as tf from '@tensorflow/tfjs-core';
import { type LayersModel, model as makeModel } from '@tensorflow/tfjs-layers';
import { expectNoLeak, useBackend } from '@tooling/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { certify } from './certify';
import { type Built, networks, type Symbolic, seed } from './networks.testing';

/** z of the named layers by the stock model, without the machinery under test. */
function probe({ model, z }: Built): LayersModel {
  return makeModel({ inputs: model.inputs, outputs: z.map((name) => model.getLayer(name).output as Symbolic) });
}

/** The certificate of the activation that follows the layer `name`, by what its bounds are of. */
function certificateOf(
  report: CertificateReport,
  model: LayersModel,
  name: string,
): CertificateReport['layers'][number][] {
  const output = model.getLayer(name).output as Symbolic;
  return report.layers.filter((layer) => (model.getLayer(layer.name).input as Symbolic).id === output.id);
}

describe.each(['cpu', 'wasm', 'native'] as const)('on %s', (backend) => {
  // Last of the three: from then on, the wasm backend has Relumine's kernels, with Winograd's convolutions among them.
  beforeAll(async () => {
    if (backend === 'native') expect((await startWasm({ threads: 1 })).kernels).toBe('native');
    else await useBackend(backend);
  });

  test.each(Object.keys(networks))('%s: no input, drawn or climbed, contradicts a certificate', async (kind) => {
    const built = networks[kind]!();
    const { model, min, max } = built;
    seed(model, kind, kind === 'merges' ? 0.7 : 0.5);
    const report = await certify(model, { min, max, samples: 16, ascentSteps: 4, restarts: 1 });
    const zs = probe(built);
    const random = createRandom(`${kind} inputs`);
    const shape = model.inputs[0]!.shape.slice(1) as number[];
    const size = shape.reduce((a, b) => a * b, 1);
    const [count, steps] = backend === 'wasm' ? [200, 0] : (built.climb ?? [100, 10]);
    const values = Float32Array.from({ length: count * size }, (_, i) => {
      const share = random.uniform();
      return min + (Math.floor(i / size) % 2 ? Math.round(share) : share) * (max - min);
    });
    let x = tf.tensor(values, [count, ...shape]);
    // Climbs every channel's z up and down at once: each sample has its own direction for each channel.
    const directions = built.z.map((name, i) => {
      const channels = (model.getLayer(name).outputShape as number[]).at(-1)!;
      return tf.randomNormal([count, channels], 0, 1, 'float32', i + 1);
    });
    let checked = 0;
    const outside: string[] = [];
    for (let step = 0; step <= steps; step++) {
      const outputs = [zs.predict(x)].flat() as tf.Tensor[];
      for (const [k, name] of built.z.entries()) {
        const z = outputs[k]!;
        const data = z.dataSync();
        for (const layer of certificateOf(report, model, name)) {
          const perSample = data.length / count;
          const fired = Array.from({ length: count }, () => new Array<boolean>(layer.channels).fill(false));
          const [lower, upper] = [layer.lower.map(decodeNumber), layer.upper.map(decodeNumber)];
          for (let i = 0; i < data.length; i++) {
            const c = i % layer.channels;
            if (data[i]! < lower[c]! || data[i]! > upper[c]!) outside.push(`${name}, channel ${c}: ${data[i]}`);
            if (data[i]! > 0) fired[Math.floor(i / perSample)]![c] = true;
          }
          checked += data.length;
          if (layer.activation !== 'relu' || layer.name.startsWith('re_lu')) continue;
          for (const c of layer.deadChannels) expect(fired.some((row) => row[c])).toBe(false);
          for (const c of layer.alwaysActiveChannels) expect(fired.every((row) => row[c])).toBe(true);
        }
      }
      const next =
        step < steps
          ? tf.tidy(() => {
              const slope = tf.grad((value: tf.Tensor) => {
                const parts = ([zs.apply(value)].flat() as tf.Tensor[]).map((z, k) => {
                  const axes = z.shape.map((_, axis) => axis).slice(1, -1);
                  return tf.sum(tf.mul(axes.length ? tf.mean(z, axes) : z, directions[k]!));
                });
                return tf.addN(parts) as tf.Scalar;
              })(x);
              const moved = tf.add(x, tf.mul(tf.sign(slope), (max - min) * 0.4 * 0.7 ** step));
              return tf.clipByValue(moved, min, max);
            })
          : tf.clone(x);
      tf.dispose([...outputs, x]);
      x = next;
    }
    expect(outside).toEqual([]);
    expect(checked).toBeGreaterThan(1000);
    tf.dispose([x, ...directions]);
    model.dispose();
  });

  test.each(Object.keys(networks))('%s: the bounds of a single point are its z', async (kind) => {
    const built = networks[kind]!();
    const { model, min, max } = built;
    seed(model, `${kind} at a point`, 0.5);
    const shape = model.inputs[0]!.shape.slice(1) as number[];
    const point = tf.randomUniform(shape, min, max, 'float32', 5);
    const report = await certify(model, { min: point, max: point, samples: 0, ascentSteps: 0 });
    const x = tf.expandDims(point);
    const outputs = [probe(built).predict(x)].flat() as tf.Tensor[];
    for (const [k, name] of built.z.entries()) {
      const z = outputs[k]!.dataSync();
      const scale = Math.max(...z.map(Math.abs));
      // Winograd's transforms lose digits, and their bounds more so.
      const slack = kind.startsWith('winograd') ? 0.05 : 0.01;
      for (const layer of certificateOf(report, model, name))
        for (let c = 0; c < layer.channels; c++) {
          const own = z.filter((_, i) => i % layer.channels === c);
          expect(Math.abs(decodeNumber(layer.lower[c]!) - Math.min(...own))).toBeLessThan(slack * scale);
          expect(Math.abs(decodeNumber(layer.upper[c]!) - Math.max(...own))).toBeLessThan(slack * scale);
        }
    }
    tf.dispose([point, x, ...outputs]);
    model.dispose();
  });

  test('every witness fires in a forward pass, inside the box', async () => {
    const built = networks.convolutions!();
    const { model } = built;
    seed(model, 'witness', 0.5);
    const report = await certify(model, { min: -1, max: 1 });
    expect(report.summary.canFire).toBeGreaterThan(5);
    const zs = probe(built);
    for (const name of ['z1', 'z2', 'z4']) {
      const [layer] = certificateOf(report, model, name);
      for (const c of layer!.canFireChannels) {
        const witness = report.witnesses[layer!.witness[c]!]![0]!;
        expect(Math.min(...witness)).toBeGreaterThanOrEqual(-1);
        expect(Math.max(...witness)).toBeLessThanOrEqual(1);
        const x = tf.tensor(witness, [1, 7, 6, 2]);
        const z = (zs.predict(x) as tf.Tensor[])[built.z.indexOf(name)]!;
        expect(z.dataSync().some((value, i) => i % layer!.channels === c && value > 0)).toBe(true);
        tf.dispose([x, z]);
      }
    }
    model.dispose();
  });

  test('nothing leaks, and the model stays as it is', async () => {
    const { model } = networks.mobile!();
    seed(model, 'leak');
    const x = tf.ones([1, 8, 8, 3]);
    const before = (model.predict(x) as tf.Tensor).dataSync();
    const config = JSON.stringify(model.toJSON(null, false));
    await expectNoLeak(async () => {
      await certify(model, { min: 0, max: 1, samples: 16, ascentSteps: 2, restarts: 1 });
    });
    await expectNoLeak(async () => {
      await expect(certify(model, { min: 1, max: 0 })).rejects.toThrow(RangeError);
    });
    expect((model.predict(x) as tf.Tensor).dataSync()).toEqual(before);
    expect(JSON.stringify(model.toJSON(null, false))).toBe(config);
    x.dispose();
    model.dispose();
  });
});
