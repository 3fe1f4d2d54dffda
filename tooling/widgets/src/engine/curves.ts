import { activation } from '@relumine/activations';
import { dispose, linspace } from '@tensorflow/tfjs-core';
import { type CurveDrawn, zRange } from '../protocol';

const points = 241;

/** f and f′ of an activation at evenly spaced z, both ends included. */
export async function drawCurve(name: string, params: CurveDrawn['params']): Promise<CurveDrawn> {
  const known = activation(name as Parameters<typeof activation>[0], params);
  const z = linspace(zRange[0], zRange[1], points);
  const h = known.apply(z);
  const slope = known.derivative(z);
  const [f, derivative] = (await Promise.all([h.data(), slope.data()])) as [Float32Array, Float32Array];
  dispose([z, h, slope]);
  return { type: 'curve', activation: name, params, f, derivative };
}
