// Reproductions: PyTorch's spectral_norm step by step, and true norms of convolutions against Sedghi et al. and dense SVD.
import { createRequire } from 'node:module';
import { operatorNorm, singularValues, spectralNormalize } from '@relumine/spectral-norm';
import { dispose, tensor, tensor1d, tensor4d, transpose } from '@tensorflow/tfjs-core';
import { table, tiny } from './table.mjs';

const require = createRequire(import.meta.url);
const number = (value) => Number(value);
const relative = (a, b) => Math.abs(a / b - 1);
const largest = (actual, expected) => {
  const scale = Math.max(...expected.map((value) => Math.abs(number(value))));
  // Below float32's smallest normal number there is nothing to compare.
  if (scale < 1.2e-38) return 0;
  return Math.max(...expected.map((value, i) => Math.abs(actual[i] - number(value)))) / scale;
};

async function pyTorch() {
  const { cases } = require('@tooling/goldens/data/spectral_norm.json');
  const rows = [];
  for (const { id, weightShape, weight, dim, u0, v0, eps, train, nPowerIterations } of cases) {
    if (weightShape.length !== 2 || train.some((step) => step.weight?.some((value) => !Number.isFinite(number(value)))))
      continue;
    const torch = tensor(weight.map(number), weightShape);
    const kernel = transpose(torch);
    let state = { u: tensor1d(u0.map(number)), v: tensor1d(v0.map(number)) };
    let [u, v, sigma] = [0, 0, 0];
    for (const step of train) {
      const run = spectralNormalize(kernel, state, { iterations: nPowerIterations, epsilon: eps, axis: 1 - dim });
      u = Math.max(u, largest(run.state.u.dataSync(), step.u));
      v = Math.max(v, largest(run.state.v.dataSync(), step.v));
      sigma = Math.max(sigma, largest(run.sigma.dataSync(), [step.sigma]));
      dispose([state.u, state.v, run.kernel, run.sigma]);
      state = run.state;
    }
    rows.push([`\`${id}\``, `[${weightShape.join(', ')}]`, train.length, tiny(u), tiny(v), tiny(sigma)]);
    dispose([torch, kernel, state.u, state.v]);
  }
  return rows;
}

async function convolutions() {
  const { cases } = require('@tooling/goldens/data/conv_norm.json');
  const rows = [];
  for (const { id, kernelShapeHWIO, kernelHWIO, reshapedSigma, norms } of cases) {
    const kernel = tensor4d(kernelHWIO, kernelShapeHWIO);
    for (const { n, stride, padding, sigma } of norms) {
      const ours = await operatorNorm(kernel, {
        method: 'lanczos',
        inputShape: [n, n],
        strides: stride,
        padding: padding === 'torch' ? kernelShapeHWIO[0] >> 1 : padding,
      });
      const cells = [`\`${id}\``, `${n} × ${n}`, stride, padding, reshapedSigma.toFixed(4), sigma.toFixed(4)];
      rows.push([...cells, tiny(relative(ours, sigma)), (sigma / reshapedSigma).toFixed(2)]);
    }
    kernel.dispose();
  }
  return rows;
}

async function exact() {
  const { cases } = require('@tooling/goldens/data/conv_norm.json');
  const rows = [];
  for (const { id, kernelShapeHWIO, kernelHWIO, norms } of cases) {
    const kernel = tensor4d(kernelHWIO, kernelShapeHWIO);
    for (const { n, padding, stride, top, frobeniusSquared } of norms) {
      if (padding !== 'circular' || stride !== 1) continue;
      const values = await singularValues(kernel, { inputShape: [n, n] });
      const squares = values.reduce((sum, value) => sum + value * value, 0);
      const worst = Math.max(...top.map((value, i) => relative(values[i], value)));
      rows.push([`\`${id}\``, `${n} × ${n}`, values.length, tiny(worst), tiny(relative(squares, frobeniusSquared))]);
    }
    kernel.dispose();
  }
  return rows;
}

export async function measure() {
  const [torch, norms, all] = [await pyTorch(), await convolutions(), await exact()];
  const ratios = norms.map((row) => Number(row.at(-1)));
  return {
    title: 'Spectral norms: reproductions',
    text: `
## PyTorch's spectral_norm, step by step

The state and sigma after each training step of \`torch.nn.utils.parametrizations.spectral_norm\` in float64, from the same weights and the same start; the largest difference, relative to the largest entry; where PyTorch's own numbers lie below the smallest normal float32 (a tiny kernel with a large ε), ours are 0 and not counted.

${table(['case', 'weight', 'steps', 'u', 'v', 'sigma'], torch)}

## True norms of convolutions

*Reshaped* is what spectral normalisation divides by: the norm of the kernel as a matrix. *True* is the largest singular value of the convolution as a map, from a dense matrix built column by column (zero padding, strides) or by the Fourier transform (circular). The last column says how much a "1-Lipschitz" convolution of that kind really stretches: up to ${Math.max(...ratios).toFixed(2)} times.

${table(['kernel', 'input', 'stride', 'padding', 'reshaped', 'true', 'our error', 'true / reshaped'], norms)}

## All singular values, circular padding

Against the method of Sedghi, Gupta and Long (2019), as they publish it in numpy: the six largest values, and the sum of all squares.

${table(['kernel', 'input', 'values', 'largest error of the top six', 'error of the sum of squares'], all)}
`,
  };
}
