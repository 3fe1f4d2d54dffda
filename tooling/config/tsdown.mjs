/**
 * The one build of every published package: ESM, declarations and source maps, one output file per entry.
 * @param {string[]} entry  source files, e.g. ['src/index.ts', 'src/layers.ts']
 * @param {import('tsdown').UserConfig} [more]
 * @returns {import('tsdown').UserConfig}
 */
export function packageBuild(entry, more = {}) {
  return {
    entry,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    dts: { oxc: true, sourcemap: true },
    sourcemap: true,
    clean: true,
    fixedExtension: false,
    ...more,
  };
}
