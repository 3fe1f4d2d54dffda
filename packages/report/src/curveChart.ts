import type { CurvePoint } from '@relumine/core';
import type { Drawing } from './channelGrid';
import { coordinate } from './markup';
import { formatCount, toNumber } from './numbers';

/** At most five round numbers from 0 to `max` or a little above it. */
function ticks(max: number): number[] {
  const raw = Math.max(1, max) / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = Math.max(1, [1, 2, 5, 10].map((k) => k * power).find((s) => s >= raw)!);
  return Array.from({ length: Math.ceil(Math.max(1, max) / step) + 1 }, (_, i) => i * step);
}

/** Dead channels against samples, the samples on a logarithmic scale; undefined for fewer than two points. */
export function curveChart(curve: readonly CurvePoint[], width: number, left = 0, top = 0): Drawing | undefined {
  const points = curve.filter((p) => toNumber(p.samples) > 0 && Number.isFinite(toNumber(p.deadChannels)));
  if (points.length < 2) return undefined;
  const [inset, height, foot] = [44, 150, 40];
  const [first, last] = [points[0]!.samples, points.at(-1)!.samples];
  const levels = ticks(Math.max(...points.map((p) => p.deadChannels)));
  const highest = levels.at(-1)!;
  const span = Math.log(last / first) || 1;
  const x = (samples: number): number => left + inset + (Math.log(samples / first) / span) * (width - inset - 30);
  const y = (dead: number): number => top + 10 + (1 - dead / highest) * (height - 10);
  const parts = levels.map(
    (level) =>
      `<path class="axis" d="M${coordinate(left + inset)} ${coordinate(y(level))}H${coordinate(left + width - 10)}"/>` +
      `<text class="soft small" text-anchor="end" x="${coordinate(left + inset - 8)}" y="${coordinate(y(level) + 4)}">${formatCount(level)}</text>`,
  );
  let lastLabel = Number.NEGATIVE_INFINITY;
  for (const [i, { samples }] of points.entries()) {
    const isLast = i === points.length - 1;
    if (x(samples) - lastLabel < 46 || (!isLast && x(last) - x(samples) < 46)) continue;
    lastLabel = x(samples);
    parts.push(
      `<text class="soft small" text-anchor="middle" x="${coordinate(lastLabel)}" y="${top + height + 18}">${formatCount(samples)}</text>`,
    );
  }
  const line = points.map(
    (p, i) => `${i === 0 ? 'M' : 'L'}${coordinate(x(p.samples))} ${coordinate(y(p.deadChannels))}`,
  );
  parts.push(`<path class="line" d="${line.join('')}"/>`);
  for (const p of points)
    parts.push(
      `<circle class="dot" r="3" cx="${coordinate(x(p.samples))}" cy="${coordinate(y(p.deadChannels))}"><title>${formatCount(p.deadChannels)} dead after ${formatCount(p.samples)} samples</title></circle>`,
    );
  parts.push(
    `<text class="soft small" text-anchor="middle" x="${coordinate(left + inset + (width - inset) / 2)}" y="${top + height + 36}">samples seen (logarithmic)</text>`,
  );
  return { body: parts.join(''), width, height: height + foot };
}
