import { limits } from './limits';
import { problem } from './problem';

/** The images that a model's input takes. */
export interface ImageInput {
  height: number;
  width: number;
  channels: number;
  /** Shape of one sample: `[height, width, channels]`, or `[values]` where the model takes flat images. */
  sample: number[];
}

/**
 * Which images fit a model's input.
 *
 * @param shape the input's shape, the batch first; unknown axes are null, −1 or undefined
 * @param fallback height and width where the model leaves them open
 * @throws AuditProblem for an input that is no image of 1, 3 or 4 channels, and for one that is too large
 */
export function imageInput(
  shape: readonly (number | null | undefined)[] | undefined,
  fallback: { width: number; height: number },
): ImageInput {
  const axes = (shape ?? []).slice(1).map((n) => (typeof n === 'number' && n >= 0 ? n : undefined));
  const fits = axes.length === 3 ? spatial(axes, fallback) : axes.length === 1 ? flat(axes[0]) : undefined;
  if (!fits) {
    const said = (shape ?? []).map((n) => (typeof n === 'number' && n >= 0 ? n : '?')).join(' × ');
    throw problem('inputShape', { shape: said || '?' });
  }
  const values = fits.height * fits.width * fits.channels;
  if (values > limits.inputValues) throw problem('inputTooLarge', { values, limit: limits.inputValues });
  return fits;
}

function spatial(
  axes: readonly (number | undefined)[],
  fallback: { width: number; height: number },
): ImageInput | undefined {
  const [height = fallback.height, width = fallback.width, channels = 3] = axes;
  if (height < 1 || width < 1 || ![1, 3, 4].includes(channels)) return undefined;
  return { height, width, channels, sample: [height, width, channels] };
}

function flat(values: number | undefined): ImageInput | undefined {
  if (values === undefined) return undefined;
  for (const channels of [1, 3]) {
    const side = Math.sqrt(values / channels);
    if (Number.isInteger(side) && side > 0) return { height: side, width: side, channels, sample: [values] };
  }
  return undefined;
}
