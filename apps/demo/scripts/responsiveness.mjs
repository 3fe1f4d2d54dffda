// How soon the built demo is there and trains, its frames per second and its longest task while it does; by the wall, and
// in the page's own processor time, which what else runs on the machine does not lengthen:
// pnpm --filter @relumine/demo responsiveness [visits]
import { servedDemo } from './servedDemo.mjs';

const visits = Number(process.argv.slice(2).filter((argument) => argument !== '--')[0] ?? 3);
const seconds = 5;
/** What a visitor finds, the scene with most layers, and as many networks as there can be. */
const queries = {
  'two networks': '',
  'three deep networks': '?scene=bornDead',
  'four networks': '?activation=relu,elu,leakyRelu,silu&learningRate=0.01&width=32',
};
const most = { paint: 1000, started: 3000, longest: 50 };
const fewest = { frames: 30 };

let missed = 0;
for (const [title, query] of Object.entries(queries)) {
  const figures = [];
  for (let i = 0; i < visits; i++) figures.push(await visit(query));
  const middle = (name) => figures.map((one) => one[name]).sort((a, b) => a - b)[visits >> 1];
  const paint = verdict('paint', middle('paint'));
  const started = verdict('started', middle('started'));
  console.log(
    `${title}: first paint ${paint} ms, first step ${started} ms after the click (ready after ${Math.round(middle('ready'))} ms)`,
  );
  const frames = verdict('frames', middle('frames'));
  const longest = verdict('longest', middle('longest'));
  const all = figures.map((one) => Math.round(one.longest)).join(', ');
  console.log(
    `  while it trains: ${frames} frames/s, worst interval ${Math.round(middle('gap'))} ms, longest task ${longest} ms (each visit: ${all}; 0: none above 50), of processor time ${middle('own').toFixed(1)} ms, ${middle('rate').toFixed(0)} steps/s`,
  );
}
console.log(missed === 0 ? 'all within reach' : `${missed} figures out of reach`);
process.exit(missed === 0 ? 0 : 1);

function verdict(name, value) {
  const ok = name in most ? value <= most[name] : value >= fewest[name];
  if (!ok) missed++;
  return `${Math.round(value)}${ok ? '' : ' (!)'}`;
}

async function visit(query) {
  const { page, ready, close } = await servedDemo(query);
  const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime);
  const from = performance.now();
  await page.getByRole('button', { name: /^Train/ }).click();
  await page.waitForFunction(() => Number(document.querySelector('[data-testid=step]').textContent) > 0);
  const started = performance.now() - from;
  const traced = await trace(page);
  const seen = await page.evaluate(
    (duration) =>
      new Promise((done) => {
        const step = () => Number(document.querySelector('[data-testid=step]').textContent);
        let [frames, longest, gap, last] = [0, 0, 0, performance.now()];
        const first = step();
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) longest = Math.max(longest, entry.duration);
        }).observe({ type: 'longtask' });
        const count = (now) => {
          frames++;
          gap = Math.max(gap, now - last);
          last = now;
          requestAnimationFrame(count);
        };
        requestAnimationFrame(count);
        setTimeout(
          () => done({ frames: frames / duration, longest, gap, rate: (step() - first) / duration }),
          duration * 1000,
        );
      }),
    seconds,
  );
  const own = await traced();
  await close();
  return { paint, ready, started, ...seen, own };
}

/** Traces the page's main thread; what comes back ends it, and gives the processor time of its longest task. */
async function trace(page) {
  const session = await page.context().newCDPSession(page);
  const events = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...value));
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel'] },
  });
  return async () => {
    const complete = new Promise((done) => session.once('Tracing.tracingComplete', done));
    await session.send('Tracing.end');
    await complete;
    const mains = events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain');
    const threads = new Set(mains.map(({ pid, tid }) => `${pid}/${tid}`));
    const tasks = events.filter(({ ph, pid, tid, tdur }) => ph === 'X' && tdur > 0 && threads.has(`${pid}/${tid}`));
    return tasks.reduce((most, { tdur }) => Math.max(most, tdur / 1000), 0);
  };
}
