import { type CurveDrawn, zBins, zRange } from '../protocol';
import { type Draw, text } from './canvas';

const margin = { left: 8, right: 8, top: 8, bottom: 16 };
const shown: readonly [number, number] = [-1.5, 3];

/** f (solid) and f′ (dashed), with the data's z under them as a filled outline. */
export function activationPlot(curve: CurveDrawn | undefined, counts: Uint32Array | undefined, ink: string): Draw {
  return (sheet) => {
    const { context, width, height, colour } = sheet;
    const [low, high] = zRange;
    const bottom = height - margin.bottom;
    const x = (z: number): number => margin.left + ((width - margin.left - margin.right) * (z - low)) / (high - low);
    const y = (value: number): number => bottom - ((bottom - margin.top) * (value - shown[0])) / (shown[1] - shown[0]);
    if (counts) {
      const most = Math.max(1, ...counts);
      context.fillStyle = colour('lit');
      context.globalAlpha = 0.45;
      context.beginPath();
      context.moveTo(x(low), bottom);
      counts.forEach((count, bin) => {
        const tall = 0.6 * (bottom - margin.top) * Math.sqrt(count / most);
        context.lineTo(x(low + ((high - low) * bin) / zBins), bottom - tall);
        context.lineTo(x(low + ((high - low) * (bin + 1)) / zBins), bottom - tall);
      });
      context.lineTo(x(high), bottom);
      context.fill();
      context.globalAlpha = 1;
    }
    context.fillStyle = colour('line');
    context.fillRect(margin.left, y(0), width - margin.left - margin.right, 1);
    context.fillRect(x(0), margin.top, 1, bottom - margin.top);
    for (const z of [-6, -3, 0, 3, 6]) text(sheet, String(z), x(z), height - 7, { align: 'center' });
    if (!curve) return;
    context.save();
    context.beginPath();
    context.rect(margin.left, margin.top, width - margin.left - margin.right, bottom - margin.top);
    context.clip();
    const plot = (values: Float32Array, dash: number[], name: string): void => {
      context.strokeStyle = colour(name);
      context.lineWidth = 2;
      context.setLineDash(dash);
      context.beginPath();
      values.forEach((value, i) => {
        const z = low + ((high - low) * i) / (values.length - 1);
        if (i === 0) context.moveTo(x(z), y(value));
        else context.lineTo(x(z), y(value));
      });
      context.stroke();
    };
    plot(curve.f, [], ink);
    plot(curve.derivative, [4, 3], 'ink');
    context.restore();
    text(sheet, 'f', x(2.1), y(2.6), { ink, size: 13 });
    text(sheet, 'f′', x(5.3), y((curve.derivative.at(-10) ?? 0) + 0.35), { ink: 'ink', size: 13 });
  };
}
