import type { LayersModel } from '@tensorflow/tfjs-layers';
import { rebuildModel } from './rebuildModel';

/** A model of its own with the same layers and weights; not compiled, the caller's. `where`: who needs it, for the error. */
export async function copyModel(where: string, model: LayersModel): Promise<LayersModel> {
  // A deep copy: toJSON hands out objects of the live model in places.
  const copy = await rebuildModel(where, JSON.parse(JSON.stringify(model.toJSON(null, false))) as object);
  try {
    // getWeights hands out the model's own tensors: they are borrowed.
    copy.setWeights(model.getWeights());
    return copy;
  } catch (error) {
    copy.dispose();
    throw error;
  }
}
