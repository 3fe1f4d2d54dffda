import { packageBuild } from '@tooling/config/tsdown';

export default packageBuild(['src/index.ts', 'src/cli.ts', 'src/auditWorker.ts'], { platform: 'node' });
