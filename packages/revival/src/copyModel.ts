import { type LayersModel, models } from '@tensorflow/tfjs-layers';

/** A model of its own with the same layers and weights; not compiled, the caller's. */
export async function copyModel(model: LayersModel): Promise<LayersModel> {
  // A deep copy: toJSON hands out objects of the live model in places.
  const modelTopology = JSON.parse(JSON.stringify(model.toJSON(null, false))) as Record<string, never>;
  const copy = await models.modelFromJSON({ modelTopology });
  try {
    // getWeights hands out the model's own tensors: they are borrowed.
    copy.setWeights(model.getWeights());
    return copy;
  } catch (error) {
    copy.dispose();
    throw error;
  }
}
