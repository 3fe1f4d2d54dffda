// Measures, and writes what it found into docs/results: pnpm --filter @relumine/docs results [name …]
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { resolve } from 'node:path';
import { startWasm } from '@relumine/wasm-backend';

const known = [
  'myths',
  'spectral-norm',
  'spectral-norm-no-cure',
  'born-dead',
  'reproductions',
  'cures',
  'pretrained',
  'resnet-epoch',
];
const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : known) {
  if (!known.includes(name)) {
    console.error(`There are no results '${name}'. Known: ${known.join(', ')}.`);
    process.exit(1);
  }
  const { kernels, threads, relaxedSimd } = await startWasm();
  const from = performance.now();
  const { title, text } = await (await import(`./results/${name}.mjs`)).measure();
  const seconds = Math.round((performance.now() - from) / 1000);
  const date = new Date().toISOString().slice(0, 10);
  const engine = `WASM with ${kernels} kernels, ${relaxedSimd ? 'relaxed ' : ''}SIMD, ${threads} thread${threads > 1 ? 's' : ''}`;
  const machine = `${cpus().length} cores of ${cpus()[0].model.trim()}, Node ${process.versions.node}, ${engine}`;
  const made = `*Measured on ${date} in ${seconds} s by \`pnpm --filter @relumine/docs results ${name}\`: ${machine}.*`;
  const file = resolve(import.meta.dirname, `../results/${name}.md`);
  writeFileSync(file, `# ${title}\n\n${made}\n\n${text.trim()}\n`);
  console.log(`${file} (${seconds} s)`);
}
process.exit();
