import os from 'node:os';

/** What the figures were measured on. */
export function machine() {
  const [cpu] = os.cpus();
  return {
    cpu: cpu?.model.trim() ?? 'unknown',
    cores: os.cpus().length,
    memoryGB: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
    v8: process.versions.v8,
    // Well above the number of benchmark processes (one), others computed at the same time.
    loadAverage: os.loadavg().map((load) => Math.round(load * 10) / 10),
    date: new Date().toISOString(),
  };
}
