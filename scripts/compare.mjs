// npm run compare -- [options]: trains the same CNN once per activation on MNIST, on WASM, and counts dead channels.
import { resolve } from 'node:path';
import { run } from './steps/run.mjs';
import { build, install, root, withPnpm } from './steps/workspace.mjs';

await withPnpm();
await install();
await build(['relumine...']);
const cli = resolve(root, 'apps/cli/dist/cli.js');
process.exit(await run('node', [cli, 'compare', ...process.argv.slice(2)]));
