import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { idxDataset } from './imageDataset';
import { fashionMnist, mnist } from './mnist';

const images = (count: number): Uint8Array =>
  Uint8Array.from([
    0,
    0,
    8,
    3,
    0,
    0,
    0,
    count,
    0,
    0,
    0,
    2,
    0,
    0,
    0,
    2,
    ...Array.from({ length: 4 * count }, (_, i) => i),
  ]);
const labels = (...values: number[]): Uint8Array => Uint8Array.from([0, 0, 8, 1, 0, 0, 0, values.length, ...values]);

describe('mnist', () => {
  test('is the MNIST: counts, first labels, first image', async () => {
    const [train, test] = await Promise.all([mnist(), mnist({ split: 'test' })]);
    expect(train).toMatchObject({ name: 'mnist/train', length: 60_000, shape: [28, 28, 1], classes: 10 });
    expect(test).toMatchObject({ name: 'mnist/test', length: 10_000 });
    expect([...train.labels.subarray(0, 8)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3]);
    expect([...test.labels.subarray(0, 8)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9]);
    // The known mean and standard deviation of the training pixels: 0.1307 and 0.3081.
    let [sum, squares] = [0, 0];
    for (const byte of train.images) {
      sum += byte;
      squares += byte * byte;
    }
    const mean = sum / train.images.length / 255;
    expect(mean).toBeCloseTo(0.1307, 4);
    expect(Math.sqrt(squares / train.images.length / 65_025 - mean * mean)).toBeCloseTo(0.3081, 4);
  });

  test('limit keeps the first images', async () => {
    const few = await mnist({ split: 'test', limit: 3 });
    expect([few.length, few.images.length, ...few.labels]).toEqual([3, 3 * 784, 7, 2, 1]);
    await expect(mnist({ split: 'test', limit: 10_001 })).rejects.toThrow(
      '`limit` must be at most 10000. Received: 10001',
    );
    await expect(mnist({ limit: 0 })).rejects.toThrow('`limit` must be an integer of at least 1');
    await expect(mnist({ split: 'tran' as never })).rejects.toThrow("Did you mean 'train'?");
  });
});

describe('a folder of IDX files', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'relumine-idx-'));
    await writeFile(join(folder, 'train-images-idx3-ubyte'), images(3));
    await writeFile(join(folder, 'train-labels-idx1-ubyte.gz'), gzipSync(labels(9, 0, 3)));
    await writeFile(join(folder, 't10k-images-idx3-ubyte'), images(3).subarray(0, 20));
    await writeFile(join(folder, 't10k-labels-idx1-ubyte.gz'), gzipSync(labels(1, 2, 3)).subarray(0, 12));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('fashionMnist reads it, gzipped or not', async () => {
    const read = await fashionMnist({ path: folder });
    expect(read).toMatchObject({ name: 'fashionMnist/train', length: 3, shape: [2, 2, 1], classes: 10 });
    expect(read.classNames[read.labels[0]!]).toBe('Ankle boot');
    expect([...read.images]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  test('missing, truncated and corrupt files are errors with their cause', async () => {
    await expect(mnist({ path: join(folder, 'nowhere') })).rejects.toThrow(
      /^\[relumine\/datasets\/mnist\] `path` must be a folder with the file train-images-idx3-ubyte, or train-images-idx3-ubyte\.gz, whole\. Received: ".*nowhere"\.$/,
    );
    const error = await mnist({ path: join(folder, 'nowhere') }).catch((reason: Error) => reason);
    expect((error as Error).cause).toMatchObject({ code: 'ENOENT' });
    await expect(fashionMnist({ path: folder, split: 'test' })).rejects.toThrow(RangeError);
    await expect(fashionMnist({} as never)).rejects.toThrow(TypeError);
    await writeFile(join(folder, 't10k-labels-idx1-ubyte'), labels(1, 2, 3));
    await expect(fashionMnist({ path: folder, split: 'test' })).rejects.toThrow('It is truncated');
  });

  test('an address works too, and without Node', async () => {
    const files: Record<string, Uint8Array> = {
      '/digits/t10k-images-idx3-ubyte': images(2),
      '/digits/t10k-labels-idx1-ubyte': labels(4, 2),
    };
    const server = createServer((request, response) => {
      const file = files[request.url ?? ''];
      response.writeHead(file ? 200 : 404).end(file ?? 'no');
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/digits`;
    const builtins = vi.spyOn(process, 'getBuiltinModule').mockImplementation(() => {
      throw new Error('there is no Node in a browser');
    });
    try {
      expect((await mnist({ split: 'test', path: address })).labels).toEqual(new Uint8Array([4, 2]));
      await expect(mnist({ path: `${address}/` })).rejects.toThrow('train-images-idx3-ubyte');
    } finally {
      builtins.mockRestore();
      server.close();
    }
  });
});

test('idxDataset refuses what does not fit together', () => {
  const classNames = ['a', 'b'];
  const make = (imageBytes: Uint8Array, labelBytes: Uint8Array) => () =>
    idxDataset({ name: 'x', images: imageBytes, labels: labelBytes, classNames });
  expect(make(images(2), labels(0))).toThrow(
    '`labels` must be uint8[2], one label for each image. Received: uint8[1].',
  );
  expect(make(images(2), labels(0, 2))).toThrow(
    '`labels` must be below 2, the number of classes. Received: 2 at index 1.',
  );
  expect(make(labels(1), labels(1))).toThrow('`images` must be uint8[count, height, width]');
  expect(make(images(0), labels())).toThrow('`images`');
});
