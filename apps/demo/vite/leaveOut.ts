import type { Plugin } from 'vite';

/** tfjs-layers registers every layer that it has. No network of the training page has one of these. */
const layers =
  /tfjs-layers\/dist\/layers\/(?:recurrent|convolutional_recurrent|convolutional_depthwise|embeddings|merge|noise|padding|preprocessing\/\w+)\.js$/;
/** What tfjs-layers would train on from tf.data, and where tfjs-core can load models from and save them to: not done here. */
const ways =
  /tfjs-layers\/dist\/engine\/training_dataset\.js$|tfjs-core\/dist\/io\/(?:indexed_db|local_storage|browser_files|http)\.js$/;
/** Operations on pictures and volumes that the layers above, and gradients, ask for. */
const operations = /tfjs-core\/dist\/ops\/(?:image\/\w+|conv3d\w*|(?:max|avg)_pool_3d\w*)\.js$/;
/** tfjs's own optimisers: networks here are trained with the fused ones. Its sums by Einstein's notation are nobody's. */
const optimizers = /tfjs-core\/dist\/(?:optimizers\/\w+_optimizer|backends\/einsum_util)\.js$/;
const registration = /tfjs-core\/dist\/optimizers\/register_optimizers\.js$/;
/** Generators of random numbers that seedrandom brings along; tfjs draws from `alea`. */
const generators = /seedrandom\/lib\/(?:xor128|xorwow|xorshift7|xor4096|tychei)\.js$/;
/** tfjs registers every kernel that it has: those of strings, sparse tensors, pictures and volumes compute nothing here. */
const kernels =
  /tfjs-backend-wasm\/dist\/kernels\/((?:String|Sparse|NonMaxSuppression|Resize|Dilation2D)\w*|\w+3D\w*|CropAndResize|FlipLeftRight|RotateWithOffset|Transform|LRN(?:Grad)?|Bincount|DenseBincount|SearchSorted|Unique|TensorScatterUpdate|MirrorPad|Multinomial|DepthToSpace|BatchToSpaceND|SpaceToBatchND)\.js$/;
/** What drives WASM where there are no threads: most visits have them, and load another. */
const withoutThreads = /tfjs-backend-wasm\/wasm-out\/tfjs-backend-wasm\.js$/;
/** The workers that build their networks themselves; a visitor's model may have anything. */
const ownNetworks = /training\.worker\.ts$/;

const named = /^export (?:async )?(?:function|class|const) (\w+)/gm;
const listed = /^export \{ (\w+) \};/gm;
const exportsOf = (code: string): string[] =>
  [...code.matchAll(named), ...code.matchAll(listed)].map(([, name]) => name!);

function standIn(file: string, code: string): string | undefined {
  const kernel = kernels.exec(file)?.[1];
  if (kernel) {
    const of = (name: string): string =>
      name.endsWith('Config')
        ? `export const ${name} = { kernelName: '${kernel}', backendName: 'wasm', kernelFunc() { throw new Error('${kernel} is left out of this worker.'); } };`
        : `export const ${name} = undefined;`;
    return exportsOf(code).map(of).join('\n');
  }
  if (registration.test(file)) return 'export function registerOptimizers() {}';
  if (generators.test(file)) return 'module.exports = undefined;';
  if (![layers, ways, operations, optimizers].some((left) => left.test(file))) return undefined;
  // Classes, which others may extend, and which are never made.
  return exportsOf(code)
    .map((name) => `export class ${name} {}`)
    .join('\n');
}

/** The Vite plug-in that leaves out of the training worker the parts of tfjs that it can have no use for, of what tfjs would always bring. */
export function leaveOut(): Plugin {
  let applies = false;
  return {
    name: 'relumine:leave-out',
    apply: 'build',
    enforce: 'pre',
    buildStart({ input }) {
      applies = Object.values(input).some((entry) => ownNetworks.test(String(entry).split('?')[0] ?? ''));
    },
    transform(code, id) {
      const file = id.split('?')[0] ?? id;
      if (applies && withoutThreads.test(id))
        return {
          code: `export default (config) => import('${file}?wanted').then((it) => it.default(config));`,
          map: null,
        };
      const replaced = applies && standIn(file, code);
      return replaced ? { code: replaced, map: null, moduleSideEffects: false } : null;
    },
  };
}
