import { deflateSync, gzipSync } from 'node:zlib';

/** A file as Playwright hands it to an `<input>`. */
export interface TestFile {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

export const file = (name: string, content: Buffer | string | object): TestFile => {
  const isText = typeof content === 'string' || Buffer.isBuffer(content);
  return {
    name,
    mimeType: 'application/octet-stream',
    buffer: Buffer.from(isText ? (content as string) : JSON.stringify(content)),
  };
};

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

const crc = (bytes: Buffer): number => {
  let c = 0xffffffff;
  for (const byte of bytes) c = crcTable[(c ^ byte) & 255]! ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
};

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc(body));
  return Buffer.concat([length, body, sum]);
}

/** A grey PNG of these bytes; `claimed` sizes lie in the header. */
export function png(
  pixels: Uint8Array,
  width: number,
  height: number,
  claimed: [number, number] = [width, height],
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(claimed[0]);
  header.writeUInt32BE(claimed[1], 4);
  header.set([8, 0, 0, 0, 0], 8);
  const rows = Buffer.alloc(height * (width + 1));
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  const start = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    start,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** An IDX file of images, gzipped. */
export function idx(pixels: Uint8Array, shape: readonly number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, 8, shape.length]);
  for (const [i, n] of shape.entries()) header.writeUInt32BE(n, 4 + 4 * i);
  return gzipSync(Buffer.concat([header, pixels]));
}

/** A GraphModel of one convolution of 1 × 1 and a ReLU; its channels are the weights. */
export function graphModel(size: number, weights: readonly number[]): TestFile[] {
  const text = (value: string): { s: string } => ({ s: btoa(value) });
  const dims = (...sizes: number[]): { shape: { dim: { size: string }[] } } => ({
    shape: { dim: sizes.map((n) => ({ size: String(n) })) },
  });
  const kernel = { tensor: { dtype: 'DT_FLOAT', tensorShape: dims(1, 1, 1, weights.length).shape } };
  const node = [
    { name: 'x', op: 'Placeholder', attr: { dtype: { type: 'DT_FLOAT' }, shape: dims(-1, size, size, 1) } },
    { name: 'kernel', op: 'Const', attr: { dtype: { type: 'DT_FLOAT' }, value: kernel } },
    {
      name: 'z',
      op: 'Conv2D',
      input: ['x', 'kernel'],
      attr: {
        strides: { list: { i: ['1', '1', '1', '1'] } },
        padding: text('SAME'),
        data_format: text('NHWC'),
        dilations: { list: { i: ['1', '1', '1', '1'] } },
      },
    },
    { name: 'h', op: 'Relu', input: ['z'], attr: { T: { type: 'DT_FLOAT' } } },
  ];
  const specs = [{ name: 'kernel', shape: [1, 1, 1, weights.length], dtype: 'float32' }];
  return [
    file('model.json', {
      format: 'graph-model',
      modelTopology: { node, versions: { producer: 1, minConsumer: 1 } },
      weightsManifest: [{ paths: ['group1-shard1of1.bin'], weights: specs }],
    }),
    file('group1-shard1of1.bin', Buffer.from(Float32Array.from(weights).buffer)),
  ];
}
