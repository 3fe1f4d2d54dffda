// npm start: installs, builds and serves the demo.
import { run } from './steps/run.mjs';
import { step } from './steps/say.mjs';
import { build, install, root, withPnpm } from './steps/workspace.mjs';

await withPnpm();
await install();
await build(['@relumine/demo...']);
step('The demo is on http://localhost:4173 (Ctrl+C stops it)');
const preview = ['--filter', '@relumine/demo', 'exec', 'vite', 'preview', '--port', '4173', '--strictPort'];
process.exit(await run('pnpm', preview, { cwd: root }));
