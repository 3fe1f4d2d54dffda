const ms = ({ median, lower, upper }) => `${median.toFixed(1)} (${lower.toFixed(1)}–${upper.toFixed(1)})`;
const times = (value) => `${value >= 100 ? value.toFixed(0) : value.toFixed(2)}×`;
const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** The report as Markdown tables. */
export function markdown({ machine, rounds, step, kernels, torchElementwise }) {
  const parts = [
    '# Benchmark',
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGB} GB, ${machine.system}, Node ${machine.node}, load average ${machine.loadAverage.join(' ')}, ${machine.date}. Command: \`pnpm bench\`. Milliseconds are medians with quartiles; on shared machines read the ratios, which are taken within each of ${rounds} rounds.`,
    '## The reference step',
    'conv 3×3×32 valid, relu, conv 3×3×64 valid, relu, maxpool 2, dense 128, relu, dense 10, Adam; batch 64, 28×28×1. The ratio is time over the time of the native kernels on 1 thread.',
    table(
      ['peer', 'ms', 'ratio', ''],
      Object.entries(step).map(([name, { ms: time, ratio, about }]) => {
        let note = '';
        if (about.extrapolatedFromBatch) note = `extrapolated from batch ${about.extrapolatedFromBatch}`;
        else if (about.torch) note = `PyTorch ${about.torch}`;
        else if (about.backend)
          note = `relaxed SIMD: ${about.relaxedSimd ? 'yes' : 'no'}, threads that ran: ${about.threads}`;
        return [name, ms(time), times(ratio.median), note];
      }),
    ),
    '## Convolutions, 1 thread, batch 64, same padding',
    'Effective GFLOP/s; the stock forward kernel is XNNPACK. "Against composed" is the time of the best composed form over ours.',
    table(
      [
        'shape',
        'XNNPACK forward',
        'forward',
        'filter gradient',
        'input gradient',
        'filter gradient over XNNPACK forward',
        'filter gradient against composed',
        'input gradient against composed',
      ],
      kernels.native.map((row, i) => {
        const stock = kernels.composed[i];
        const rate = ({ median }) => (row.flop / median).toFixed(1);
        return [
          row.name,
          rate(stock.forward),
          rate(row.forward),
          rate(row.filterGradient),
          rate(row.inputGradient),
          times(stock.forward.median / row.filterGradient.median),
          times(stock.filterGradient.median / row.filterGradient.median),
          times(stock.inputGradient.median / row.inputGradient.median),
        ];
      }),
    ),
    `${kernels.depthwise.name}: filter gradient ${ms(kernels.depthwise.filterGradient)} ms, ${times(kernels.depthwiseComposed.filterGradient.median / kernels.depthwise.filterGradient.median)} against composed; input gradient ${ms(kernels.depthwise.inputGradient)} ms, ${times(kernels.depthwiseComposed.inputGradient.median / kernels.depthwise.inputGradient.median)} against composed.`,
    '## Activations, forward and backward, 1,000,000 elements, 1 thread',
    table(
      ['activation', 'ms', 'PyTorch ms', 'ours over PyTorch'],
      Object.entries(kernels.activations).map(([name, time]) => {
        const other = torchElementwise?.[name];
        return [name, ms(time), other ? ms(other) : '–', other ? times(time.median / other.median) : '–'];
      }),
    ),
    '## Counting while activating, float32[64, 24, 24, 64], 1 thread',
    table(
      ['activation', 'plain ms', 'counting ms', 'ratio'],
      Object.entries(kernels.statistics).map(([name, { plain, counting }]) => [
        name,
        ms(plain),
        ms(counting),
        times(counting.median / plain.median),
      ]),
    ),
  ];
  return `${parts.join('\n\n')}\n`;
}
