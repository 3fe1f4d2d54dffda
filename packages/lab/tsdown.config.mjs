import { packageBuild } from '@tooling/config/tsdown';

export default packageBuild(['src/index.ts', 'src/audit.ts', 'src/queue.ts', 'src/runWorker.ts'], { platform: 'node' });
