import { createRandom } from '@relumine/core';
import { dispose, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** Input of a model: one tensor, or one for each of its inputs. */
export type RemovalData = Tensor | Tensor[];

const samples = 32;
const unknownLength = 16;

/** Seeded uniform numbers in [0, 1) for every input of a model. */
export function syntheticInput(model: LayersModel): Tensor[] {
  const random = createRandom('revival/largestDifference');
  return model.inputs.map(({ shape }) => {
    const full = shape.map((length, axis) => (axis === 0 ? samples : (length ?? unknownLength)));
    const values = Float32Array.from({ length: full.reduce((a, b) => a * b, 1) }, () => random.uniform());
    return tensor(values, full);
  });
}

/** The largest |a(x) − b(x)| over the largest |a(x)| of two models with the same inputs and outputs. */
export async function largestDifference(a: LayersModel, b: LayersModel, input: RemovalData): Promise<number> {
  const [first, second] = tidy(() => [a.predict(input), b.predict(input)]) as [Tensor | Tensor[], Tensor | Tensor[]];
  try {
    let [difference, largest] = [0, 0];
    const pairs = [first].flat().map((one, i) => [one, [second].flat()[i]!] as const);
    for (const [x, y] of pairs) {
      const [p, q] = await Promise.all([x.data(), y.data()]);
      for (let i = 0; i < p.length; i++) {
        difference = Math.max(difference, Math.abs(p[i]! - q[i]!));
        largest = Math.max(largest, Math.abs(p[i]!));
      }
    }
    return difference === 0 ? 0 : difference / largest;
  } finally {
    dispose([first, second]);
  }
}
