import { surfaceSize } from '../protocol';
import type { Draw } from './canvas';
import { channels } from './colours';

const extent = 1.2;

let scratch: HTMLCanvasElement | undefined;

/** The decision surface, blended from one class's colour to the other's, under the points. */
export function surfacePlot(surface: Float32Array | undefined, points: { xy: Float32Array; labels: Uint8Array }): Draw {
  return ({ context, width, height, colour }) => {
    const [first, second, paper] = [channels(colour('run-1')), channels(colour('run-2')), channels(colour('panel'))];
    if (surface) {
      scratch ??= document.createElement('canvas');
      scratch.width = scratch.height = surfaceSize;
      const small = scratch.getContext('2d');
      const image = small?.createImageData(surfaceSize, surfaceSize);
      if (small && image) {
        surface.forEach((p, i) => {
          const sure = 0.75 * Math.abs(2 * p - 1);
          const ink = p > 0.5 ? second : first;
          for (let c = 0; c < 3; c++) image.data[4 * i + c] = (1 - sure) * (paper[c] ?? 0) + sure * (ink[c] ?? 0);
          image.data[4 * i + 3] = 255;
        });
        small.putImageData(image, 0, 0);
        context.imageSmoothingEnabled = true;
        context.drawImage(scratch, 0, 0, width, height);
      }
    }
    const [toX, toY] = [width / (2 * extent), height / (2 * extent)];
    points.labels.forEach((label, i) => {
      const x = width / 2 + (points.xy[2 * i] ?? 0) * toX;
      const y = height / 2 - (points.xy[2 * i + 1] ?? 0) * toY;
      context.fillStyle = colour(label === 0 ? 'run-1' : 'run-2');
      context.strokeStyle = colour('panel');
      context.lineWidth = 0.75;
      context.beginPath();
      if (label === 0) context.arc(x, y, 2.5, 0, 2 * Math.PI);
      else context.rect(x - 2.2, y - 2.2, 4.4, 4.4);
      context.fill();
      context.stroke();
    });
  };
}
