// How soon the built demo is there and trains, its frames per second, and its longest task at all that a visitor does; by
// the wall, and in the page's own processor time, which what else runs on the machine does not lengthen:
// pnpm --filter @relumine/demo responsiveness [visits]
import { setTimeout as sleep } from 'node:timers/promises';
import { demoInBrowser } from './servedDemo.mjs';

const visits = Number(process.argv.slice(2).filter((argument) => argument !== '--')[0] ?? 3);
const seconds = 5;
const patience = 30_000;
/** What a visitor finds, the scene with most layers, as many networks as there can be, and of these the deepest and widest. */
const queries = {
  'two networks': '',
  'three deep networks': '?scene=bornDead',
  'four networks': '?activation=relu,elu,leakyRelu,silu&learningRate=0.01&width=32',
  'four of 15 wide layers': '?kind=dense&depth=15&width=32&activation=relu,elu,leakyRelu,silu&learningRate=0.01',
};
const most = { paint: 1000, started: 3000, longest: 50 };
const fewest = { frames: 30 };
/** The longest task is looked for in each of them: the page opens, trains, shows another scene, and another language. */
const phases = ['opens', 'trains', 'scene', 'language'];

let missed = 0;
for (const [title, query] of Object.entries(queries)) {
  const figures = [];
  for (let i = 0; i < visits; i++) figures.push(await visit(query));
  const middle = (of) => figures.map(of).sort((a, b) => a - b)[visits >> 1];
  const paint = verdict(
    'paint',
    middle((one) => one.paint),
  );
  const started = verdict(
    'started',
    middle((one) => one.started),
  );
  const ready = Math.round(middle((one) => one.ready));
  console.log(`${title}: first paint ${paint} ms, first step ${started} ms after the click (ready after ${ready} ms)`);
  const frames = verdict(
    'frames',
    middle((one) => one.frames),
  );
  const gap = Math.round(middle((one) => one.gap));
  const rate = middle((one) => one.rate).toFixed(0);
  console.log(`  while it trains: ${frames} frames/s, worst interval ${gap} ms, ${rate} steps/s`);
  for (const [i, phase] of phases.entries()) {
    const longest = verdict(
      'longest',
      middle((one) => one.tasks[i].wall),
    );
    const all = figures.map((one) => Math.round(one.tasks[i].wall)).join(', ');
    const own = middle((one) => one.tasks[i].own).toFixed(1);
    console.log(`  ${phase}: longest task ${longest} ms (each visit: ${all}), of processor time ${own} ms`);
  }
}
console.log(missed === 0 ? 'all within reach' : `${missed} figures out of reach`);
process.exit(missed === 0 ? 0 : 1);

function verdict(name, value) {
  const ok = name in most ? value <= most[name] : value >= fewest[name];
  if (!ok) missed++;
  return `${Math.round(value)}${ok ? '' : ' (!)'}`;
}

async function visit(query) {
  const { open, session, close } = await demoInBrowser();
  const ask = async (expression) => {
    const { result } = await session.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    return result.value;
  };
  const until = async (expression) => {
    const from = performance.now();
    while (!(await ask(expression))) {
      if (performance.now() - from > patience) throw new Error(`In ${patience} ms it did not come to: ${expression}`);
      await sleep(20);
    }
  };
  const begin = (phase) => ask(`performance.mark('phase:${phase}'), 0`);
  // The browser's own start is over.
  await sleep(1500);
  const traced = await trace(session);
  const from = performance.now();
  await open(query);
  await until(`document.querySelector('.layers .rl-cell') && document.querySelector('.rl-primary:enabled')`);
  const ready = performance.now() - from;
  await sleep(500);
  const paint = await ask(`performance.getEntriesByName('first-contentful-paint')[0]?.startTime`);
  await begin('trains');
  const clicked = performance.now();
  await ask(`document.querySelector('.rl-primary').click()`);
  await until(`Number(document.querySelector('[data-testid=step]').textContent) > 0`);
  const started = performance.now() - clicked;
  const seen = await ask(`(${watch})(${seconds})`);
  await begin('scene');
  await ask(`document.querySelector('.scene-bar a:not([aria-current])').click()`);
  await sleep(2000);
  await begin('language');
  await ask(`document.querySelector('input[name=language]:not(:checked)').click()`);
  await sleep(1000);
  const tasks = await traced();
  await close();
  return { paint, ready, started, ...seen, tasks };
}

/** In the page: frames, their worst interval, and steps of some seconds. */
function watch(duration) {
  return new Promise((done) => {
    const step = () => Number(document.querySelector('[data-testid=step]').textContent);
    let [frames, gap, last] = [0, 0, performance.now()];
    const first = step();
    const count = (now) => {
      frames++;
      gap = Math.max(gap, now - last);
      last = now;
      requestAnimationFrame(count);
    };
    requestAnimationFrame(count);
    setTimeout(() => done({ frames: frames / duration, gap, rate: (step() - first) / duration }), duration * 1000);
  });
}

/** Traces the page's main thread; what comes back ends it, and gives each phase's longest task by the wall and by processor. */
async function trace(session) {
  const events = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...value));
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel', 'blink.user_timing'], excludedCategories: ['*'] },
  });
  return async () => {
    const complete = new Promise((done) => session.once('Tracing.tracingComplete', done));
    await session.send('Tracing.end');
    await complete;
    const marks = events.filter(({ name }) => name.startsWith('phase:')).sort((a, b) => a.ts - b.ts);
    const [{ pid, tid }] = marks;
    const tasks = events.filter((one) => one.ph === 'X' && one.pid === pid && one.tid === tid);
    return phases.map((_, i) => {
      const [from, to] = [marks[i - 1]?.ts ?? 0, marks[i]?.ts ?? Number.POSITIVE_INFINITY];
      const own = tasks.filter(({ ts }) => ts >= from && ts < to);
      const longest = (of) => own.reduce((most, one) => Math.max(most, of(one) / 1000), 0);
      return { wall: longest(({ dur }) => dur), own: longest(({ tdur = 0 }) => tdur) };
    });
  };
}
