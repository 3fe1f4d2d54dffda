import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { simpleCnn } from '@relumine/models';
import { io } from '@tensorflow/tfjs-core';

/** A grey picture of `size` × `size` pixels. */
function png(size: number, grey: (at: number) => number): Buffer {
  const chunk = (kind: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(kind, 'latin1'), data]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header[8] = 8; // bits of a pixel, which is grey (colour type 0)
  const rows = Buffer.alloc(size * (size + 1));
  for (let y = 0; y < size; y++) for (let x = 0; x < size; x++) rows[y * (size + 1) + 1 + x] = grey(y * size + x) % 256;
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const plan = `
trainSize: 32
testSize: 20
probeSize: 20
epochs: 1
grid: { activation: [relu, elu] }
`;
/** The plan of a page is its own block; these make the runs of it few and short. */
const smaller: [RegExp, string][] = [
  [/trainSize: \d+/, 'trainSize: 32\ntestSize: 20\nprobeSize: 20'],
  [/epochs: \d+/, 'epochs: 1'],
  [/draws: \d+/, 'draws: 1'],
  [/seed: \[.*\]/, 'seed: [1]'],
];

/**
 * A folder as the pages take it for granted: saved models where their commands look for one, photos of two classes, and
 * `plan.yaml`, which is the page's own where it prints one.
 */
export async function folderWithSmallData(folder: string, pagePlan: string | undefined): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  for (const name of ['day', 'night']) {
    await mkdir(join(folder, 'photos', name), { recursive: true });
    for (let i = 0; i < 24; i++)
      await writeFile(
        join(folder, 'photos', name, `${i}.png`),
        png(28, (at) => (name === 'day' ? 120 : 0) + ((at * (i + 7)) % 100)),
      );
  }
  await writeFile(join(folder, 'package.json'), '{"type":"module","private":true}');
  await writeFile(join(folder, 'small.yaml'), plan);
  await writeFile(
    join(folder, 'plan.yaml'),
    pagePlan === undefined ? plan : smaller.reduce((text, [old, now]) => text.replace(old, now), pagePlan),
  );
  const model = simpleCnn({ activation: 'relu', seed: 1, width: 4 });
  await model.save(
    io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
      const manifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
      const json = JSON.stringify({ format: 'layers-model', modelTopology, weightsManifest: manifest });
      for (const place of ['.', 'path/to', 'my-model']) {
        await mkdir(join(folder, place), { recursive: true });
        await writeFile(join(folder, place, 'model.json'), json);
        await writeFile(join(folder, place, 'weights.bin'), Buffer.from(weightData as ArrayBuffer));
      }
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' as const } };
    }),
  );
  model.dispose();
}
