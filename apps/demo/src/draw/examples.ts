import facts from '../../assets/example/facts.json';
import imagesUrl from '../../assets/example/images.bin?url';

const headerBytes = 16;
let images: Promise<Uint8Array> | undefined;

async function load(): Promise<Uint8Array> {
  const response = await fetch(imagesUrl);
  if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`);
  const unpacked = response.body.pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(unpacked).arrayBuffer());
}

/** A handwritten digit of MNIST's test part: uint8[784]. */
export async function exampleDigit(digit: number): Promise<Uint8Array> {
  images ??= load();
  const from = headerBytes + 784 * facts.examples[digit]!;
  return (await images).subarray(from, from + 784);
}
