import type { RunEntry, RunProgress } from '@relumine/lab';
import type { Output } from './terminal';

/** What is going on, on the last lines of a terminal; silent where nobody looks. */
export interface LiveView {
  begin(total: number | undefined): void;
  progress(news: RunProgress): void;
  /** Takes the view away while `text` is printed above it. */
  result(entry: RunEntry, done: number): void;
  clear(): void;
}

const width = 28;
const mostWorkers = 8;

interface Work {
  key: string;
  epoch: number;
  since: number;
}

const clock = (seconds: number): string => {
  const whole = Math.round(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  return h > 0 ? `${h} h ${m} min` : m > 0 ? `${m} min ${s} s` : `${s} s`;
};

/**
 * A bar over all runs with the time that is left, the best so far and the dead share, and a line for each worker.
 *
 * @param labelOf what a run is called, by its key
 */
export function liveView(output: Output, labelOf: (key: string) => string): LiveView {
  const silent: LiveView = {
    begin: () => undefined,
    progress: () => undefined,
    result: () => undefined,
    clear: () => undefined,
  };
  if (!output.isTTY) return silent;
  const workers = new Map<string, Work>();
  let [drawn, shown, done, fresh, failed] = [0, 0, 0, 0, 0];
  let total: number | undefined;
  let started = performance.now();
  let best: { key: string; accuracy: number } | undefined;
  const dead: [sum: number, channels: number] = [0, 0];

  const erase = (): void => {
    if (drawn > 0) output.write(`\u001b[${drawn}A\u001b[0J`);
    drawn = 0;
  };

  function lines(): string[] {
    const filled = total ? Math.round((width * done) / total) : 0;
    const bar = total ? `${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${done}/${total}` : `${done} runs`;
    const spent = (performance.now() - started) / 1000;
    // The rate of this session: what came from a journal took no time.
    const left = total && fresh > 0 ? `, ${clock((spent / fresh) * (total - done))} left` : '';
    const lost = failed > 0 ? `, ${failed} failed` : '';
    const facts = [
      best ? `best ${(100 * best.accuracy).toFixed(2)} % (${labelOf(best.key)})` : '',
      dead[1] > 0 ? `${((100 * dead[0]) / dead[1]).toFixed(1)} % of channels dead` : '',
    ].filter((part) => part !== '');
    const busy = [...workers].slice(0, mostWorkers).map(([name, { key, epoch, since }]) => {
      const at = epoch > 0 ? `, epoch ${epoch} done` : '';
      return `  ${name}: ${labelOf(key)}${at}, ${clock((performance.now() - since) / 1000)}`;
    });
    const more = workers.size > mostWorkers ? [`  … and ${workers.size - mostWorkers} more workers`] : [];
    return [`${bar} ${clock(spent)}${left}${lost}`, ...(facts.length > 0 ? [facts.join(' · ')] : []), ...busy, ...more];
  }

  function draw(always = false): void {
    const now = performance.now();
    if (!always && now - shown < 100) return;
    shown = now;
    const room = Math.max(20, (output.columns || 80) - 1);
    const text = lines().map((line) => line.slice(0, room));
    erase();
    output.write(`${text.join('\n')}\n`);
    drawn = text.length;
  }

  return {
    begin(all) {
      total = all;
      started = performance.now();
      draw(true);
    },
    progress({ worker, key, outcome }) {
      const known = workers.get(worker);
      const since = known?.key === key ? known.since : performance.now();
      workers.set(worker, { key, since, epoch: outcome?.epoch ?? 0 });
      draw();
    },
    result(entry, now) {
      done = now;
      for (const [worker, { key }] of workers) {
        if (key !== entry.key) continue;
        workers.delete(worker);
        fresh++;
      }
      if ('error' in entry) failed++;
      else {
        const { testAccuracy: accuracy, layers } = entry.run;
        if (!best || accuracy > best.accuracy) best = { key: entry.key, accuracy };
        for (const layer of layers) {
          dead[0] += layer.deadChannels;
          dead[1] += layer.channels;
        }
      }
      draw(done === total);
    },
    clear: erase,
  };
}
