import { MobileNetV2Model } from 'nsfwjs/models/mobilenet_v2';
import { MobileNetV2MidModel } from 'nsfwjs/models/mobilenet_v2_mid';

/** What tfjs loads a model from: topology and weights of an installed package, still quantised to 8 bits. */
async function artifactsOf({ modelJson, weightBundles }) {
  const read = async (load) => (await load()).default;
  const [{ modelTopology, weightsManifest }, ...shards] = await Promise.all([modelJson, ...weightBundles].map(read));
  const bytes = Buffer.concat(shards.map((shard) => Buffer.from(shard, 'base64')));
  return {
    modelTopology,
    weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
    weightData: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
  };
}

export const mobileNetV2Layers = () => artifactsOf(MobileNetV2Model);
export const mobileNetV2Graph = () => artifactsOf(MobileNetV2MidModel);
