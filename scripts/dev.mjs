// npm run dev [-- docs]: the demo (or the documentation) with hot reload through the packages' own sources: nothing has
// to be built again after an edit, kernels excepted.
import { run } from './steps/run.mjs';
import { fail, step } from './steps/say.mjs';
import { build, install, root, withPnpm } from './steps/workspace.mjs';

const what = process.argv[2] ?? 'demo';
const commands = {
  demo: ['--filter', '@relumine/demo', 'exec', 'vite', '--config', 'vite.dev.config.ts', '--port', '5173'],
  docs: ['--filter', '@relumine/docs', 'dev'],
};
if (!(what in commands)) fail(`There is nothing to develop by the name of '${what}'. Known: demo, docs.`);

await withPnpm();
await install();
// The kernels' binaries and, for the docs, the command line's help come from a build.
await build([what === 'demo' ? '@relumine/wasm-backend...' : '@relumine/docs^...']);
step(`Watching the sources; the ${what} reloads on each edit (Ctrl+C stops it)`);
process.exit(await run('pnpm', commands[what], { cwd: root, env: { RELUMINE_SOURCE: '1' } }));
