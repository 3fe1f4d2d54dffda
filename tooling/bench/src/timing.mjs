/** Median and quartiles of a list of numbers. */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share) => {
    const position = share * (sorted.length - 1);
    const low = Math.floor(position);
    return sorted[low] + (sorted[Math.ceil(position)] - sorted[low]) * (position - low);
  };
  return { median: at(0.5), lower: at(0.25), upper: at(0.75), runs: values.length };
}

const clocks = {
  wall: () => performance.now(),
  // What else runs on the machine disturbs it little; for one thread only, since threads add up.
  processor: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

/** Milliseconds, by the wall or of the processor, of each of `runs` calls, after `warmUp` calls that don't count. */
export async function time(action, { runs = 15, warmUp = 4, clock = 'processor' } = {}) {
  const now = clocks[clock];
  for (let i = 0; i < warmUp; i++) await action();
  const times = [];
  for (let i = 0; i < runs; i++) {
    const start = now();
    await action();
    times.push(now() - start);
  }
  return times;
}
