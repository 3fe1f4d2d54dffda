import { packageBuild } from '@tooling/config/tsdown';

export default packageBuild([
  'src/index.ts',
  'src/layers.ts',
  'src/graph.ts',
  'src/matchers.ts',
  'src/schema.ts',
  'src/vitest.ts',
]);
