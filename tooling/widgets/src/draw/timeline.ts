import type { RunEvent } from '../protocol';
import { type Draw, short, text, tickStep } from './canvas';

export interface Lane {
  letter: string;
  colour: string;
  events: readonly RunEvent[];
  layers: number;
}

export const laneHeight = 56;
const margin = { left: 42, right: 16, bottom: 18 };

/** Causes by colour; marks differ in shape too: deaths are crosses, revivals triangles, births rings, acts lines. */
export const causeColours: Readonly<Record<string, string>> = {
  'zero-kernel': 'soft',
  'upstream-death': 'born-dead',
  'learning-rate-spike': 'alert',
  'batch-norm-shift': 'run-4',
  'bias-drift': 'run-1',
  'input-shift': 'run-3',
  'kernel-change': 'run-2',
};

const r = 3;
const outlines = {
  died(path: Path2D, x: number, y: number): void {
    path.moveTo(x - r, y - r);
    path.lineTo(x + r, y + r);
    path.moveTo(x + r, y - r);
    path.lineTo(x - r, y + r);
  },
  bornDead(path: Path2D, x: number, y: number): void {
    path.moveTo(x + r, y);
    path.arc(x, y, r, 0, 2 * Math.PI);
  },
  revived(path: Path2D, x: number, y: number): void {
    path.moveTo(x, y - r);
    path.lineTo(x + r, y + r);
    path.lineTo(x - r, y + r);
    path.closePath();
  },
  act: (path: Path2D, x: number, y: number): void => path.rect(x, y, 1.5, laneHeight - 6),
};
const filled = new Set<RunEvent['kind']>(['revived', 'act']);

function inkOf({ kind, cause }: RunEvent): string {
  if (kind === 'died') return causeColours[cause ?? ''] ?? 'ink';
  return { bornDead: 'born-dead', revived: 'revived', act: 'ink' }[kind];
}

/** What happened to each channel: a lane per network, a row per layer, in the order of the channels. */
export function timeline(lanes: readonly Lane[], lastStep: number): Draw {
  return (sheet) => {
    const { context, width, colour } = sheet;
    const last = Math.max(20, lastStep);
    const x = (step: number): number => margin.left + ((width - margin.left - margin.right) * step) / last;
    context.lineWidth = 1.5;
    lanes.forEach(({ letter, colour: name, events, layers }, lane) => {
      const top = lane * laneHeight;
      context.fillStyle = colour('line');
      context.fillRect(margin.left, top + laneHeight - 4, width - margin.left - margin.right, 1);
      text(sheet, letter, 10, top + laneHeight / 2, { ink: name, size: 14 });
      const room = laneHeight - 12;
      // One path for all marks alike: thousands of strokes take a frame and more.
      const paths = new Map<string, { kind: RunEvent['kind']; ink: string; path: Path2D }>();
      for (const event of events) {
        const { kind, step, layer, channel } = event;
        const ink = inkOf(event);
        const key = `${kind}/${ink}`;
        const { path } = paths.get(key) ?? { path: new Path2D() };
        paths.set(key, { kind, ink, path });
        // Within its layer's band, channels spread by a fixed jitter so that deaths of one step don't hide each other.
        const band = room / Math.max(1, layers);
        const y = top + (kind === 'act' ? 2 : 6 + band * (layer + 0.15 + 0.7 * ((channel * 0.618) % 1)));
        outlines[kind](path, x(step), y);
      }
      for (const { kind, ink, path } of paths.values()) {
        context.strokeStyle = context.fillStyle = colour(ink);
        if (filled.has(kind)) context.fill(path);
        else context.stroke(path);
      }
    });
    const ticks = Math.max(1, tickStep(last));
    for (let step = 0; step <= last; step += ticks)
      text(sheet, short(step), x(step), lanes.length * laneHeight + 8, { align: 'center' });
  };
}

export const timelineHeight = (lanes: number): number => lanes * laneHeight + margin.bottom;
