import type { Draw } from '@tooling/widgets';
import type { LayerAnswer } from './protocol';

/** Tiles in a row, and their size, for a width in CSS pixels. */
export function tiles(channels: number, width: number): { columns: number; tile: number; height: number } {
  const gap = 3;
  const wanted = channels <= 32 ? 42 : 36;
  const columns = Math.max(1, Math.min(channels, Math.floor((width + gap) / (wanted + gap))));
  const tile = Math.min(wanted, (width + gap) / columns - gap);
  return { columns, tile, height: Math.ceil(channels / columns) * (tile + gap) - gap };
}

/** One tile per channel: what it sees in the digit, brighter where it answers; a dead channel is crossed out. */
export function answerPlot(answer: LayerAnswer): Draw {
  const dead = new Set(answer.dead);
  const top = Math.max(...answer.peaks, Number.MIN_VALUE);
  return ({ context, width, colour }) => {
    const { columns, tile } = tiles(answer.channels, width);
    const [dark, light] = [rgb(context, colour('unlit')), rgb(context, colour('lit'))];
    context.imageSmoothingEnabled = true;
    for (let c = 0; c < answer.channels; c++) {
      const [x, y] = [(c % columns) * (tile + 3), Math.floor(c / columns) * (tile + 3)];
      if (dead.has(c)) {
        context.fillStyle = colour('dead');
        context.fillRect(x, y, tile, tile);
        cross(context, x, y, tile, colour('line'));
      } else if (answer.maps) {
        context.drawImage(picture(answer.maps, c, dark, light), x, y, tile, tile);
      } else {
        context.fillStyle = `rgb(${mix(dark, light, answer.peaks[c]! / top).join(' ')})`;
        context.fillRect(x, y, tile, tile);
      }
    }
  };
}

type Rgb = readonly number[];

const mix = (from: Rgb, to: Rgb, share: number): number[] =>
  from.map((value, i) => Math.round(value + (to[i]! - value) * Math.max(0, Math.min(1, share))));

/** A colour of the page as three bytes: the context knows every notation. */
function rgb(context: CanvasRenderingContext2D, colour: string): Rgb {
  context.fillStyle = colour;
  const hex = String(context.fillStyle);
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}

function picture(maps: NonNullable<LayerAnswer['maps']>, channel: number, dark: Rgb, light: Rgb): OffscreenCanvas {
  const { bytes, width, height } = maps;
  const image = new ImageData(width, height);
  const from = channel * width * height;
  for (let i = 0; i < width * height; i++) {
    const [r, g, b] = mix(dark, light, bytes[from + i]! / 255);
    image.data.set([r!, g!, b!, 255], 4 * i);
  }
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d')?.putImageData(image, 0, 0);
  return canvas;
}

function cross(context: CanvasRenderingContext2D, x: number, y: number, size: number, colour: string): void {
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(x + size * 0.3, y + size * 0.3);
  context.lineTo(x + size * 0.7, y + size * 0.7);
  context.moveTo(x + size * 0.7, y + size * 0.3);
  context.lineTo(x + size * 0.3, y + size * 0.7);
  context.stroke();
}
