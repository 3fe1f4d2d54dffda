/** What a drawing gets: a context whose unit is a CSS pixel, its size, and the page's colours by name. */
export interface Sheet {
  context: CanvasRenderingContext2D;
  width: number;
  height: number;
  /** A custom property of the page's style, without its dashes. */
  colour(name: string): string;
}

export type Draw = (sheet: Sheet) => void;

/** Colours that were asked for, by the part of the page that has its own: to ask makes the browser style the page at once. */
let known = new WeakMap<Element, Map<string, string>>();

/** The page has other colours from now on. */
export function forgetColours(): void {
  known = new WeakMap();
}

function coloursOf(canvas: HTMLCanvasElement): (name: string) => string {
  const part = canvas.closest('.rl-standalone') ?? document.documentElement;
  const colours = known.get(part) ?? new Map<string, string>();
  known.set(part, colours);
  return (name) => {
    const found = colours.get(name) ?? getComputedStyle(part).getPropertyValue(`--${name}`).trim();
    colours.set(name, found);
    return found;
  };
}

export function drawOn(
  canvas: HTMLCanvasElement,
  { width, height }: { width: number; height: number },
  draw: Draw,
): void {
  const context = canvas.getContext('2d');
  if (!context || width === 0 || height === 0) return;
  // More than two device pixels for one of CSS can't be seen, and costs.
  const scale = Math.min(2, globalThis.devicePixelRatio || 1);
  const [pixelWidth, pixelHeight] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== pixelWidth || canvas.height !== pixelHeight) {
    canvas.width = pixelWidth;
    canvas.height = pixelHeight;
  }
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  draw({ context, width, height, colour: coloursOf(canvas) });
}

const font = (size: number): string => `${size}px system-ui, sans-serif`;

export function text(
  { context, colour }: Sheet,
  words: string,
  x: number,
  y: number,
  options: { align?: CanvasTextAlign; size?: number; ink?: string } = {},
): void {
  context.font = font(options.size ?? 11);
  context.textAlign = options.align ?? 'left';
  context.textBaseline = 'middle';
  context.fillStyle = colour(options.ink ?? 'soft');
  context.fillText(words, x, y);
}

/** A number for an axis: 1200 → 1.2k. */
export const short = (value: number): string => {
  if (Math.abs(value) >= 1000) return `${+(value / 1000).toPrecision(2)}k`;
  return String(+value.toPrecision(2));
};

/** A step between ticks that makes at most five of them up to `top`: 1, 2 or 5 times a power of ten. */
export function tickStep(top: number): number {
  const rough = top / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
}
