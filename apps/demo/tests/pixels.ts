import type { Locator } from 'playwright';

/** A canvas's pixels, row by row: red, green, blue, opacity. Read from a copy: the page's own must not be slowed by it. */
export async function pixelsOf(canvas: Locator): Promise<{ width: number; height: number; data: Uint8Array }> {
  const { width, height, base64 } = await canvas.evaluate((element) => {
    const { width, height } = element as HTMLCanvasElement;
    const copy = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
    copy.drawImage(element as HTMLCanvasElement, 0, 0);
    const { data } = copy.getImageData(0, 0, width, height);
    let text = '';
    for (let at = 0; at < data.length; at += 32_768) text += String.fromCharCode(...data.subarray(at, at + 32_768));
    return { width, height, base64: btoa(text) };
  });
  return { width, height, data: Buffer.from(base64, 'base64') };
}

/** How many pixels of a canvas have one of the page's colours, by its name without dashes, drawn with `alpha` on nothing. */
export async function inkOn(canvas: Locator, name: string, alpha = 1): Promise<number> {
  const hex = await canvas.evaluate(
    (_, name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim().slice(1),
    name,
  );
  const wanted = [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  const { data } = await pixelsOf(canvas);
  let found = 0;
  for (let at = 0; at < data.length; at += 4) {
    const near = wanted.every((channel, i) => Math.abs(channel - data[at + i]!) <= 4);
    if (near && Math.abs(255 * alpha - data[at + 3]!) <= 4) found++;
  }
  return found;
}

/** How many colours the middle column of a canvas has. */
export async function coloursDown(canvas: Locator): Promise<number> {
  const { width, height, data } = await pixelsOf(canvas);
  const at = (row: number): number => 4 * (row * width + (width >> 1));
  return new Set(Array.from({ length: height }, (_, row) => data.subarray(at(row), at(row) + 3).join())).size;
}
