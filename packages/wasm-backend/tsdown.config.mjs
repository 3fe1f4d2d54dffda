import { tfjsGradients } from '@tooling/config/tfjsGradients';
import { packageBuild } from '@tooling/config/tsdown';

export default packageBuild(['src/index.ts', 'src/vite.ts', 'src/webpack.ts'], { plugins: [tfjsGradients()] });
