import { digitsOptions } from './parts/digits.mjs';
import { reach } from './reach.mjs';

const ms = ({ median, lower, upper }) => `${median.toFixed(1)} (${lower.toFixed(1)}–${upper.toFixed(1)})`;
const fine = ({ median, lower, upper }) => `${median.toFixed(2)} (${lower.toFixed(2)}–${upper.toFixed(2)})`;
const times = (value) => `${value >= 100 ? value.toFixed(0) : value.toFixed(2)}×`;
const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const named = ({ cpu, cores, memoryGB, system, node, date, loadAverage }) =>
  `${cpu}, ${cores} cores, ${memoryGB} GB, ${system}, Node ${node}, ${date.slice(0, 16)}Z, load average before ${loadAverage[0]}`;

function peersTable(peers) {
  const rows = Object.entries(peers).map(([name, { ms: time, about }]) => [
    name,
    ms(time),
    about.torch
      ? `PyTorch ${about.torch}`
      : `relaxed SIMD: ${about.relaxedSimd ? 'yes' : 'no'}, threads that ran: ${about.threads}`,
  ]);
  return table(['peer', 'ms, median (quartiles)', 'ran with'], rows);
}

const ratioTable = (rows) =>
  table(
    ['ratio, taken in each turn', 'median (quartiles)'],
    rows.filter(([, ratio]) => ratio).map(([name, ratio]) => [name, fine(ratio)]),
  );

const stepSection = ({ found: { rounds, peers, ratios } }) => [
  '## The reference step, 1 thread',
  `conv 3×3×32 valid, relu, conv 3×3×64 valid, relu, maxpool 2, dense 128, relu, dense 10, Adam; batch 64, 28×28×1; a process for each peer, which take turns, ${rounds} rounds of such processes. Processor time.`,
  peersTable(peers),
  ratioTable([['ours over PyTorch, 1 thread', ratios.overPyTorch1]]),
];

const threadsSection = ({ found: { rounds, peers, ratios } }) => [
  '## The reference step, 2 threads',
  `The same by the wall, ${rounds} rounds. No program gains more by a second core than two processes do that share nothing but the machine: that is measured beside.`,
  peersTable(peers),
  ratioTable([
    ['ours over PyTorch, 2 threads', ratios.overPyTorch2],
    ['ours, 1 thread over 2', ratios.oneOverTwoThreads],
    ['what the machine gives: two processes in turn over both at once', ratios.twoProcesses],
  ]),
];

function slowSection({ found: { native, peers } }) {
  const rows = [
    ['native, 1 thread', ms(native.ms), '1', ''],
    ...Object.entries(peers).map(([name, { ms: time, ratio, batch }]) => [
      name,
      ms(time),
      times(ratio),
      batch === 64 ? '' : `extrapolated from batch ${batch}`,
    ]),
  ];
  return ['## The same step, slower peers', table(['peer', 'ms', 'over ours', 'note'], rows)];
}

function convolutionSection({ found }) {
  const rate = (row, { median }) => (row.flop / median).toFixed(0);
  const rows = found.native.map((row, i) => {
    const stock = found.composed[i];
    return [
      row.name,
      rate(row, stock.forward),
      rate(row, row.forward),
      rate(row, row.filterGradient),
      rate(row, row.inputGradient),
      times(stock.forward.median / row.filterGradient.median),
      times(stock.forward.median / row.inputGradient.median),
      times(stock.filterGradient.median / row.filterGradient.median),
      times(stock.inputGradient.median / row.inputGradient.median),
    ];
  });
  const { depthwise, depthwiseComposed } = found;
  const line = (which) =>
    `${ms(depthwise[which])} ms, composed ${times(depthwiseComposed[which].median / depthwise[which].median)} as long`;
  return [
    '## Convolutions, 1 thread, batch 64, same padding',
    'Effective GFLOP/s; the stock forward kernel is XNNPACK’s. The last columns are times over ours.',
    table(
      [
        'shape',
        'XNNPACK forward',
        'forward',
        'filter gradient',
        'input gradient',
        'XNNPACK forward over filter gradient',
        'over input gradient',
        'composed over filter gradient',
        'composed over input gradient',
      ],
      rows,
    ),
    `${depthwise.name}: filter gradient ${line('filterGradient')}; input gradient ${line('inputGradient')}.`,
  ];
}

function elementwiseSection({ found: { activations, statistics } }) {
  const rows = Object.entries(activations).map(([name, { ours, torch, ratio }]) => [
    name,
    fine(ours),
    torch ? fine(torch) : '–',
    ratio ? fine(ratio) : '–',
  ]);
  return [
    '## Activations, forward and backward, 1,000,000 elements, 1 thread',
    table(['activation', 'ms', 'PyTorch ms', 'ours over PyTorch'], rows),
    '## Counting while activating, float32[64, 24, 24, 64], 1 thread',
    table(
      ['activation', 'counting over plain'],
      Object.entries(statistics).map(([name, ratio]) => [name, fine(ratio)]),
    ),
  ];
}

const networkSection = ({ found }) => [
  '## Networks with batch normalisation, training step, 32×32×3, batch 16, 1 thread',
  table(
    ['network', 'parameters', 'native ms', 'composed ms', 'composed over native'],
    Object.entries(found).map(([name, { parameters, native, composed, ratio }]) => [
      name,
      parameters,
      ms(native),
      ms(composed),
      times(ratio),
    ]),
  ),
];

const sizeSection = ({ found: { modules } }) => [
  '## Size',
  'For a shared memory, one byte of a module is set when it is loaded: the four cases travel as two.',
  table(
    ['module', 'bytes', 'gzip'],
    modules.map(({ name, bytes, gzip }) => [name, bytes, gzip]),
  ),
];

const soakSection = ({ found }) => [
  '## Soak: a CNN with batch normalisation and batches of changing size (`pnpm bench soak`)',
  table(
    ['threads', 'step', 'heap, bytes', 'tensors', 'tensors’ bytes'],
    found.flatMap(({ threads, measures }) =>
      measures.map(({ step, heap, tensors, bytes }) => [threads, step, heap, tensors, bytes]),
    ),
  ),
];

const digitsSection = ({ found }) => [
  '## Digits: simpleCnn on all of MNIST (`pnpm bench digits`)',
  `\`relumine compare ${digitsOptions}\`, one activation after the other. Seconds are by the wall, beside whatever else ran.`,
  table(
    ['activation', 'test accuracy', 'after each epoch', 'seconds'],
    found.map(({ activation, testAccuracy, seconds, epochs }) => [
      activation,
      `${(100 * testAccuracy).toFixed(2)} %`,
      epochs.map((accuracy) => (100 * accuracy).toFixed(2)).join(', '),
      seconds.toFixed(0),
    ]),
  ),
];

const sections = {
  step: stepSection,
  threads: threadsSection,
  slow: slowSection,
  convolutions: convolutionSection,
  elementwise: elementwiseSection,
  networks: networkSection,
  size: sizeSection,
  soak: soakSection,
  digits: digitsSection,
};

/** The parts that were measured, as one page. */
export function markdown(parts) {
  const measured = Object.keys(sections).filter((name) => parts[name]);
  const body = measured.flatMap((name) => [...sections[name](parts[name]), `*${named(parts[name].machine)}*`]);
  return `${[
    '# The kernels, measured',
    'Made by `pnpm bench`. Times are medians with quartiles: processor time on one thread, which what else runs on a machine disturbs little, and time by the wall on two. Read the ratios, each of which was taken within one run.',
    table(['figure', 'measured', 'at least', 'aim', 'verdict'], reach(parts)),
    ...body,
  ].join('\n\n')}\n`;
}
