// pnpm run docs: installs, builds the documentation with the packages that it shows, and serves it.
import { run } from './steps/run.mjs';
import { build, install, root, withPnpm } from './steps/workspace.mjs';

await withPnpm();
await install();
await build(['@relumine/docs...']);
process.exit(await run('pnpm', ['--filter', '@relumine/docs', 'preview'], { cwd: root }));
