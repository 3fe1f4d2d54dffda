import { packageBuild } from '@tooling/config/tsdown';
import { tfjsGradients } from './scripts/tfjsGradients.mjs';

export default packageBuild(['src/index.ts', 'src/vite.ts', 'src/webpack.ts'], { plugins: [tfjsGradients()] });
