import { packageBuild } from '@tooling/config/tsdown';

export default packageBuild([
  'src/index.ts',
  'src/layers.ts',
  'src/graph.ts',
  'src/matchers.ts',
  'src/schema.ts',
  'src/vitest.ts',
  // No entry of the package: a file apart, so that bundles without `certify` leave it out, and others may load it later.
  'src/certify/certify.ts',
]);
