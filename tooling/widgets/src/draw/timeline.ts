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

function mark(context: CanvasRenderingContext2D, kind: RunEvent['kind'], x: number, y: number): void {
  const r = 3;
  context.beginPath();
  if (kind === 'died') {
    context.moveTo(x - r, y - r);
    context.lineTo(x + r, y + r);
    context.moveTo(x + r, y - r);
    context.lineTo(x - r, y + r);
    context.stroke();
  } else if (kind === 'bornDead') {
    context.arc(x, y, r, 0, 2 * Math.PI);
    context.stroke();
  } else {
    context.moveTo(x, y - r);
    context.lineTo(x + r, y + r);
    context.lineTo(x - r, y + r);
    context.closePath();
    context.fill();
  }
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
      for (const { kind, step, layer, channel, cause } of events) {
        if (kind === 'act') {
          context.fillStyle = colour('ink');
          context.fillRect(x(step), top + 2, 1.5, laneHeight - 6);
          continue;
        }
        const ink =
          kind === 'died' ? (causeColours[cause ?? ''] ?? 'ink') : kind === 'revived' ? 'revived' : 'born-dead';
        context.strokeStyle = context.fillStyle = colour(ink);
        // Within its layer's band, channels spread by a fixed jitter so that deaths of one step don't hide each other.
        const band = room / Math.max(1, layers);
        const y = top + 6 + band * (layer + 0.15 + 0.7 * ((channel * 0.618) % 1));
        mark(context, kind, x(step), y);
      }
    });
    const ticks = Math.max(1, tickStep(last));
    for (let step = 0; step <= last; step += ticks)
      text(sheet, short(step), x(step), lanes.length * laneHeight + 8, { align: 'center' });
  };
}

export const timelineHeight = (lanes: number): number => lanes * laneHeight + margin.bottom;
