import { findMemory, type WasmBackend, withScratch } from './heap';
import { kernelsOf } from './module';

/** An activation as the compiled kernels number it, and the ε above which its slope counts. */
export type Slope = readonly [op: number, a: number, b: number, epsilon: number];

const known = new Map<string, readonly number[] | undefined>();

/** Points of both signs, 4 % apart from 2⁻³⁰ to 2⁷, then up to ∞: fine enough to tell every interval apart. */
const grid = ((): Float32Array => {
  const positive = Array.from({ length: 37 * 16 }, (_, i) => 2 ** (i / 16 - 30));
  positive.push(1e4, 1e10, 1e20, 3.4e38, Number.POSITIVE_INFINITY);
  return Float32Array.from([...positive.map((x) => -x).reverse(), 0, ...positive]);
})();

/** Floats as integers that rise with them, and back. */
const bits = new Int32Array(1);
const float = new Float32Array(bits.buffer);
const flip = (i: number): number => (i < 0 ? -0x8000_0000 - i : i);

function orderOf(x: number): number {
  float[0] = x;
  return flip(bits[0]!);
}

function floatOf(order: number): number {
  bits[0] = flip(order);
  return float[0]!;
}

/** The last float from `yes` towards `no` for which `holds`: neighbours are told apart. */
function edge(yes: number, no: number, holds: (x: number) => boolean): number {
  let [inside, outside] = [orderOf(yes), orderOf(no)];
  while (Math.abs(inside - outside) > 1) {
    const middle = Math.trunc((inside + outside) / 2);
    if (holds(floatOf(middle))) inside = middle;
    else outside = middle;
  }
  return floatOf(inside);
}

/** Where a slope that changes its sign between two points is nearest to 0. */
function root(from: number, to: number, slope: (x: number) => number): number {
  const sign = Math.sign(slope(from));
  const before = edge(from, to, (x) => Math.sign(slope(x)) === sign);
  const after = floatOf(orderOf(before) + (from < to ? 1 : -1));
  return Math.abs(slope(after)) < Math.abs(slope(before)) ? after : before;
}

function search(slopes: Float32Array, epsilon: number, slope: (x: number) => number): number[] {
  const limit = Math.fround(epsilon);
  const fires = (x: number): boolean => Math.abs(slope(x)) > limit;
  const points: [x: number, fires: boolean][] = [];
  for (const [i, x] of grid.entries()) {
    const previous = slopes[i - 1] ?? 0;
    if (previous * slopes[i]! < 0) {
      const dip = root(grid[i - 1]!, x, slope);
      points.push([dip, fires(dip)]);
    }
    points.push([x, Math.abs(slopes[i]!) > limit]);
  }
  const edges: number[] = [];
  for (const [i, [x, now]] of points.entries()) {
    const [before, was] = points[i - 1] ?? [x, false];
    if (now && !was) edges.push(i === 0 ? x : edge(x, before, fires));
    if (was && !now) edges.push(edge(before, x, fires));
  }
  if (points.at(-1)![1]) edges.push(Number.POSITIVE_INFINITY);
  return withoutFlicker(edges, fires);
}

/** So few floats apart, a slope may be 0 by its roundings here and there. */
const flicker = 64;

/**
 * Without gaps of a few floats of which some fire: a slope that passes through 0 and is known to its roundings only. No float
 * lies at the zero itself, so that all of them fire.
 */
function withoutFlicker(edges: readonly number[], fires: (x: number) => boolean): number[] {
  const kept: number[] = [];
  for (const [i, edge] of edges.entries()) {
    const [last, next] = i % 2 === 0 ? [edges[i - 1], edge] : [edge, edges[i + 1]];
    if (last === undefined || next === undefined) {
      kept.push(edge);
      continue;
    }
    const [from, to] = [orderOf(last), orderOf(next)];
    const inside = to - from <= flicker ? Array.from({ length: to - from - 1 }, (_, k) => floatOf(from + 1 + k)) : [];
    if (!inside.some(fires)) kept.push(edge);
  }
  return kept;
}

/**
 * The closed intervals of z, as [low, high, low, high, …], in which |f'(z)| > ε, by the derivative that the backend itself
 * computes; found once for each function.
 *
 * @returns undefined where there are more than two
 */
export function firingWindows(backend: WasmBackend, [op, a, b, epsilon]: Slope): readonly number[] | undefined {
  const name = `${op} ${a} ${b} ${epsilon}`;
  if (known.has(name)) return known.get(name);
  const kernels = kernelsOf(backend);
  const bytes = grid.byteLength;
  const edges = withScratch(backend, 3 * bytes, (at) => {
    const view = (address: number, size: number): Float32Array =>
      new Float32Array((findMemory(backend) as WebAssembly.Memory).buffer, address, size);
    view(at, grid.length).fill(1);
    const derive = (xs: ArrayLike<number>): Float32Array => {
      view(at + bytes, xs.length).set(xs);
      kernels.activationGrad(op, at, at + bytes, at + 2 * bytes, xs.length, a, b);
      return view(at + 2 * bytes, xs.length);
    };
    return search(derive(grid).slice(), epsilon, (x) => derive([x])[0]!);
  });
  const found = edges.length <= 4 ? edges : undefined;
  // Parameters that are drawn anew for each layer must not fill the memory.
  if (known.size > 256) known.clear();
  known.set(name, found);
  return found;
}
