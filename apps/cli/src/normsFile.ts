import { formatTable } from '@relumine/report';
import { lipschitzBound } from '@relumine/spectral-norm/layers';
import { startWasm } from '@relumine/wasm-backend';
import { loadModelFile } from './modelFile';

/** True norms of a model file's layers beside those of their reshaped kernels; the text to print. */
export async function normsFile(where: string, file: string): Promise<string> {
  await startWasm();
  const model = await loadModelFile(where, file);
  try {
    const { layers, total, reshapedTotal } = await lipschitzBound(model);
    const shown = (value: number | undefined): number | string => (value === undefined ? '' : Number(value.toFixed(4)));
    const rows = layers.map(({ name, reshaped, operatorNorm, lipschitz, total: soFar }) => [
      name,
      shown(reshaped),
      shown(operatorNorm),
      shown(lipschitz),
      Number(soFar.toPrecision(5)),
    ]);
    const columns = ['layer', 'reshaped', 'true norm', 'with activation', 'network so far'];
    return `${formatTable({ columns, rows })}\n\nLipschitz bound of the network: ${total.toPrecision(5)}. With reshaped kernels it would seem to be ${reshapedTotal.toPrecision(5)}, which is no bound.`;
  } finally {
    model.dispose();
  }
}
