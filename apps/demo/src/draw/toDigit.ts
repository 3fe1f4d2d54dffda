/** Pixels of a side, as in MNIST. */
export const side = 28;
const fitted = 20;

/**
 * What was drawn, as MNIST has its digits: fitted into 20 × 20 with its proportions kept, then placed in 28 × 28 so that
 * the centre of its mass is the centre of the image.
 *
 * @param ink opacity 0 to 255 of a square drawing, row by row
 * @param size pixels of the drawing's side
 * @returns float32[784] in [0, 1]; all 0 where nothing was drawn
 * @see LeCun, Cortes, Burges: The MNIST database of handwritten digits
 */
export function toDigit(ink: Uint8Array | Uint8ClampedArray, size: number): Float32Array {
  const digit = new Float32Array(side * side);
  const box = boundsOf(ink, size);
  if (!box) return digit;
  const scale = fitted / Math.max(box.width, box.height);
  const [width, height] = [Math.max(1, Math.round(box.width * scale)), Math.max(1, Math.round(box.height * scale))];
  const small = shrink(ink, size, box, width, height);
  const centre = centreOfMass(small, width, height);
  const [left, top] = [Math.round(side / 2 - centre.x), Math.round(side / 2 - centre.y)];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [column, row] = [x + left, y + top];
      if (column >= 0 && column < side && row >= 0 && row < side) digit[row * side + column] = small[y * width + x]!;
    }
  return digit;
}

interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

function boundsOf(ink: ArrayLike<number>, size: number): Box | undefined {
  let [left, top, right, bottom] = [size, size, -1, -1];
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      if (ink[y * size + x]! < 16) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  return right < 0 ? undefined : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** Each small pixel is the mean of what it covers. */
function shrink(ink: ArrayLike<number>, size: number, box: Box, width: number, height: number): Float32Array {
  const small = new Float32Array(width * height);
  const edge = (i: number, count: number, length: number): number => Math.floor((i * length) / count);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [x0, y0] = [edge(x, width, box.width), edge(y, height, box.height)];
      const [x1, y1] = [
        Math.max(x0 + 1, edge(x + 1, width, box.width)),
        Math.max(y0 + 1, edge(y + 1, height, box.height)),
      ];
      let sum = 0;
      for (let row = y0; row < y1; row++)
        for (let column = x0; column < x1; column++) sum += ink[(box.top + row) * size + box.left + column]!;
      small[y * width + x] = sum / 255 / ((x1 - x0) * (y1 - y0));
    }
  return small;
}

function centreOfMass(values: Float32Array, width: number, height: number): { x: number; y: number } {
  let [mass, x, y] = [0, 0, 0];
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const value = values[row * width + column]!;
      mass += value;
      x += value * (column + 0.5);
      y += value * (row + 0.5);
    }
  return mass > 0 ? { x: x / mass, y: y / mass } : { x: width / 2, y: height / 2 };
}
