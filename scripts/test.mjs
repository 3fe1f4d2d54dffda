// npm test: installs, finds or gets a browser, builds, and runs every test in Node and in Chromium.
// Arguments are passed on to vitest: npm test -- packages/activations
import { findChromium } from './steps/chromium.mjs';
import { findRedis } from './steps/redis.mjs';
import { run } from './steps/run.mjs';
import { fail, step } from './steps/say.mjs';
import { build, install, root, withPnpm } from './steps/workspace.mjs';

await withPnpm();
await install();
const chromium = await findChromium();
await findRedis();
await build();

step('Running the tests (vitest)');
const results = process.env.RELUMINE_TEST_RESULTS;
const reporters = results ? ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`] : [];
const args = ['exec', 'vitest', 'run', ...reporters, ...process.argv.slice(2)];
const code = await run('pnpm', args, { cwd: root, env: { CHROMIUM_PATH: chromium } });
if (code !== 0) fail('Tests failed; they are listed above. One file alone: npm test -- path/to/file.test.ts');
