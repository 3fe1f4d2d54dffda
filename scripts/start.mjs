// npm start: installs, builds and serves the demo; where there is no demo, it runs the comparison in the terminal.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { run } from './steps/run.mjs';
import { step } from './steps/say.mjs';
import { build, install, root, withPnpm } from './steps/workspace.mjs';

await withPnpm();
if (!existsSync(resolve(root, 'apps/demo/package.json'))) {
  step('Comparing activations on MNIST (npm run compare)');
  process.exit(await run('node', [resolve(root, 'tooling/scripts/compare.mjs'), ...process.argv.slice(2)]));
}
await install();
await build(['@relumine/demo...']);
step('The demo is on http://localhost:4173 (Ctrl+C stops it)');
const preview = ['--filter', '@relumine/demo', 'exec', 'vite', 'preview', '--port', '4173', '--strictPort'];
process.exit(await run('pnpm', preview, { cwd: root }));
