const percent = (share: number): string =>
  new Intl.NumberFormat('en', { style: 'percent', maximumSignificantDigits: 2 }).format(share).replace('%', ' %');
const number = (n: number): string => new Intl.NumberFormat('en').format(n);

/** What the page says of the network that it ships. */
interface NetworkFacts {
  trainedOn: number;
  accuracy: number;
  samples: number;
  layers: { channels: number; deadChannels: number[] }[];
}

const dead = ({ layers }: NetworkFacts): number => layers.reduce((sum, layer) => sum + layer.deadChannels.length, 0);
const channels = ({ layers }: NetworkFacts): number => layers.reduce((sum, layer) => sum + layer.channels, 0);

/** The page where a digit is drawn. */
export const draw = {
  lead: 'Draw a digit, and see which channels answer to it. Those that are crossed out are dead: they fired on none of the test digits.',
  pad: 'Drawing area for a digit',
  padName: 'Your digit',
  padHelp:
    'Draw with mouse, finger or pen. With the keyboard: arrows move the pen, Space puts it down or lifts it, Delete clears.',
  pen: (down: boolean, x: number, y: number): string => `Pen ${down ? 'down' : 'up'}, column ${x}, row ${y}`,
  clear: 'Clear',
  examples: 'Or take one that somebody wrote',
  network: 'Network',
  shipped: 'The one of this page',
  trained: (letter: string): string => `Network ${letter} that you trained`,
  answer: 'The answer',
  empty: 'Nothing is drawn yet.',
  thinking: 'Starting the network …',
  looksLike: (digit: number, share: number): string => `Looks like a ${digit} (${percent(share)}).`,
  probabilities: 'Probability of each digit',
  probability: (digit: number, share: number): string => `${digit}: ${percent(share)}`,
  layer: (answering: number, silent: number, dead: number): string =>
    `${answering} answer, ${silent} do not, ${dead} are dead`,
  tiles: (channels: number): string => `What each of ${channels} channels sees in the digit`,
  legend: 'One tile per channel: what it sees in your digit, brighter where it answers.',
  about: (facts: NetworkFacts): string =>
    `This network learned ${number(facts.trainedOn)} digits at a learning rate that was too large at first. It reads ${percent(facts.accuracy)} of ${number(facts.samples)} test digits, and ${dead(facts)} of its ${channels(facts)} channels fired on none of them.`,
  restarted: 'The network crashed and was started again.',
  failed: (detail: string): string => `The network does not run${detail ? `: ${detail}` : ''}. Load the page again.`,
};

export type DrawMessages = typeof draw;
