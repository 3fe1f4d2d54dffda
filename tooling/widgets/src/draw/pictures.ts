import type { Inspected } from '../protocol';
import type { Draw } from './canvas';

const side = 28;
let scratch: HTMLCanvasElement | undefined;

/** 28 × 28 grey bytes, scaled without smoothing; a ring marks `at` (0…1). */
export function grayPicture(pixels: Uint8Array, at?: readonly [number, number]): Draw {
  return ({ context, width, height, colour }) => {
    scratch ??= document.createElement('canvas');
    scratch.width = scratch.height = side;
    const small = scratch.getContext('2d');
    const image = small?.createImageData(side, side);
    if (!small || !image) return;
    pixels.forEach((value, i) => {
      image.data.fill(value, 4 * i, 4 * i + 3);
      image.data[4 * i + 3] = 255;
    });
    small.putImageData(image, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(scratch, 0, 0, width, height);
    if (!at) return;
    context.strokeStyle = colour('lit');
    context.lineWidth = 2;
    context.beginPath();
    context.arc(at[0] * width, at[1] * height, width / 7, 0, 2 * Math.PI);
    context.stroke();
  };
}

/** A kernel's weights: positive ones in one colour, negative ones in another, by size; one square per input channel. */
export function kernelPicture({ shape, values }: Inspected['kernel']): Draw {
  const [rows, columns, inputs] = shape;
  return ({ context, width, height, colour }) => {
    const most = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
    // As many tiles side by side as make the picture about square.
    const dense = rows * columns === 1;
    const across = Math.max(1, Math.ceil(Math.sqrt((inputs * width) / height)));
    const down = Math.max(1, Math.ceil(inputs / across));
    const gap = dense ? 0 : 2;
    const size = Math.min(
      (width - gap * (across - 1)) / (across * columns),
      (height - gap * (down - 1)) / (down * rows),
    );
    for (let input = 0; input < inputs; input++) {
      const left = (input % across) * (columns * size + gap);
      const top = Math.floor(input / across) * (rows * size + gap);
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++) {
          const value = values[(row * columns + column) * inputs + input] ?? 0;
          context.globalAlpha = Math.min(1, 0.06 + 0.94 * Math.abs(value / most));
          context.fillStyle = colour(value < 0 ? 'run-2' : 'run-1');
          context.fillRect(
            left + column * size,
            top + row * size,
            Math.max(0.5, size - 0.3),
            Math.max(0.5, size - 0.3),
          );
        }
    }
    context.globalAlpha = 1;
  };
}
