import { packageBuild } from '@tooling/config/tsdown';

export default packageBuild(['src/index.ts', 'src/checks.ts']);
