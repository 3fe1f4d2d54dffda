const times = (value) => `${value >= 100 ? value.toFixed(0) : value.toFixed(2)}×`;

/** One figure asked for: what was found (a number or undefined), at least, aim; `more` where a larger number is better. */
function line(figure, found, least, aim, more = true, show = times) {
  if (found === undefined) return undefined;
  const reaches = (bound) => bound !== undefined && (more ? found >= bound : found <= bound);
  const verdict = reaches(aim) ? 'aim reached' : reaches(least) ? 'reached' : 'missed';
  const bound = (value) => (value === undefined ? '–' : `${more ? '≥' : '≤'} ${show(value)}`);
  return [figure, show(found), bound(least), bound(aim), aim === undefined && reaches(least) ? 'reached' : verdict];
}

const least = (values) => (values.length > 0 ? Math.min(...values) : undefined);
const most = (values) => (values.length > 0 ? Math.max(...values) : undefined);

/** The figures that the kernels are measured by, from the parts that were run. */
export function reach({ step, threads, slow, convolutions, elementwise, networks, size, soak, digits }) {
  const ratios = { ...step?.found.ratios, ...threads?.found.ratios };
  const peers = slow?.found.peers;
  const rows = convolutions?.found.native.map((row, i) => ({ ...row, stock: convolutions.found.composed[i] })) ?? [];
  const square = rows.filter(({ name }) => /^3×3, .*×(32→64|64→128)/.test(name));
  const others = rows.filter(({ name }) => !/^3×3, /.test(name));
  const overForward = square.flatMap(({ stock, filterGradient, inputGradient }) =>
    [filterGradient, inputGradient].map((gradient) => stock.forward.median / gradient.median),
  );
  const overComposed = others.flatMap(({ stock, ...own }) =>
    ['filterGradient', 'inputGradient'].map((which) => stock[which].median / own[which].median),
  );
  const depthwise =
    convolutions &&
    ['filterGradient', 'inputGradient'].map((which) => {
      return convolutions.found.depthwiseComposed[which].median / convolutions.found.depthwise[which].median;
    });
  const activations = Object.entries(elementwise?.found.activations ?? {}).filter(([, { ratio }]) => ratio);
  const heaps = soak?.found.map(({ measures }) => measures[1].heap - measures[0].heap);
  return [
    line('reference step, 1 thread: time over PyTorch’s on 1', ratios.overPyTorch1?.median, 1.3, 0.9, false),
    line('reference step, 2 threads: time over PyTorch’s on 2', ratios.overPyTorch2?.median, 1, 0.7, false),
    line('reference step, 1 thread over 2 threads', ratios.oneOverTwoThreads?.median, 1.6, 1.9),
    line('reference step: tfjs-backend-cpu over ours', peers?.['tfjs-backend-cpu'].ratio, 300),
    line('reference step: jax-js on WASM over ours', peers?.['jax-js on WASM'].ratio, 10),
    line('filter and input gradient, 3×3: XNNPACK’s forward over ours (worst)', least(overForward), 2, 3.5),
    line('strided, 1×1, 5×5 gradients: best composed form over ours (worst)', least(overComposed), 3),
    line('depthwise gradients: best composed form over ours (worst)', depthwise && least(depthwise), 3),
    ...activations.map(([name, { ratio }]) =>
      line(`${name}, forward and backward, 1M: time over PyTorch’s`, ratio.median, 1, undefined, false),
    ),
    line(
      'counting while activating: time over the plain activation (worst)',
      elementwise && most(Object.values(elementwise.found.statistics).map(({ median }) => median)),
      1.2,
      undefined,
      false,
    ),
    line('mobileNet, training step: composed over native', networks?.found.mobileNet.ratio, 5),
    line('resNet, training step: composed over native', networks?.found.resNet.ratio, 5),
    line(
      'digits, 3 epochs of 60,000: test accuracy (worst of four activations)',
      digits?.found.length === 4 ? least(digits.found.map(({ testAccuracy }) => testAccuracy)) : undefined,
      0.985,
      undefined,
      true,
      (share) => `${(100 * share).toFixed(2)} %`,
    ),
    line('heap after 10,000 steps less heap after 100, bytes', heaps && most(heaps), 0, undefined, false, String),
    line(
      'the shipped modules, gzip',
      size?.found.gzip,
      60_000,
      undefined,
      false,
      (bytes) => `${(bytes / 1000).toFixed(1)} kB`,
    ),
  ].filter(Boolean);
}
