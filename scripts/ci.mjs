// .ci/run: npm test, then lint, types, package shape, boundaries, unused code, a release to a local registry; closes with
// `N passed, N failed`.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failedTests } from './steps/failedTests.mjs';
import { run } from './steps/run.mjs';
import { step } from './steps/say.mjs';
import { root, turbo, withPnpm } from './steps/workspace.mjs';

await withPnpm();
const folder = mkdtempSync(join(tmpdir(), 'relumine-ci-'));
const results = join(folder, 'tests.json');
let [passed, failed] = [0, 0];
// Named once more at the end: the output above is long, and what keeps logs may cut it.
const failures = [];

const count = (ok, title) => {
  if (ok) passed++;
  else {
    failed++;
    failures.push(title);
  }
  console.log(`${ok ? '✓' : '✗'} ${title}`);
};

const testsCode = await run('npm', ['test'], { cwd: root, env: { RELUMINE_TEST_RESULTS: results } });
try {
  const { numPassedTests, numFailedTests, success, testResults } = JSON.parse(readFileSync(results, 'utf8'));
  passed += numPassedTests;
  failed += numFailedTests;
  failures.push(...failedTests(testResults));
  if (numFailedTests === 0 && (testsCode !== 0 || !success)) count(false, `npm test ended with ${testsCode}`);
} catch {
  count(false, `npm test ended with ${testsCode} before its tests reported`);
}
rmSync(folder, { recursive: true, force: true });

const exec = (...args) => run('pnpm', ['exec', ...args], { cwd: root, env: { TURBO_TELEMETRY_DISABLED: '1' } });
const checks = [
  ['lint and format (biome)', () => exec('biome', 'ci', '.')],
  ['types (tsc)', () => turbo(['typecheck'])],
  ['package shape (publint, attw)', () => turbo(['check:package'])],
  ['arrows between packages (turbo boundaries)', () => exec('turbo', 'boundaries')],
  ['unused files, exports and dependencies (knip)', () => exec('knip')],
  ['workspace consistency (sherif)', () => exec('sherif')],
  [
    'every package installs alone, bundles, upgrades (release:local)',
    () => run('node', ['tooling/release/src/releaseLocal.mjs'], { cwd: root }),
  ],
];
for (const [title, check] of checks) {
  step(title);
  count((await check()) === 0, title);
}

for (const failure of failures) console.log(`✗ ${failure}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
