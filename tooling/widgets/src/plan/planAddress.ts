import {
  biases,
  type DataName,
  dataNames,
  defaultNetwork,
  defaultPlan,
  fitted,
  learningRates,
  mostNetworks,
  type NetworkChoices,
  networkKinds,
  normalizations,
  optimizerNames,
  type TrainingPlan,
  widths,
} from './plan';

/** The keys of a link that say what is trained. Each holds one value for all networks, or one for each, with commas. */
export const planKeys = [
  'data',
  'seed',
  'kind',
  'depth',
  'width',
  'activation',
  'params',
  'after',
  'initializer',
  'bias',
  'normalization',
  'optimizer',
  'learningRate',
] as const;

type NetworkKey = Exclude<(typeof planKeys)[number], 'data' | 'seed'>;
const networkKeys = planKeys.slice(2) as NetworkKey[];

const name = /^[A-Za-z0-9]{1,30}$/;
const oneOf = <T extends string>(allowed: readonly T[], value: string, fallback: T): T =>
  allowed.find((one) => one === value) ?? fallback;
const number = (allowed: readonly number[], value: string, fallback: number): number =>
  value !== '' && allowed.includes(Number(value)) ? Number(value) : fallback;

/** `negativeSlope:0.2;beta:1`. */
function readParams(text: string): Record<string, number> {
  const entries = text.split(';').flatMap((pair): [string, number][] => {
    const [key = '', value = ''] = pair.split(':');
    return name.test(key) && value !== '' && Number.isFinite(Number(value)) ? [[key, Number(value)]] : [];
  });
  return Object.fromEntries(entries);
}

const writeParams = (params: Readonly<Record<string, number>>): string =>
  Object.entries(params)
    .map(([key, value]) => `${key}:${value}`)
    .join(';');

function readNetwork(of: (key: NetworkKey) => string, data: DataName): NetworkChoices {
  const named = (key: 'activation' | 'initializer' | 'after'): string =>
    name.test(of(key)) ? of(key) : defaultNetwork[key];
  const depth = Number(of('depth'));
  return fitted(
    {
      kind: oneOf(networkKinds, of('kind'), defaultNetwork.kind),
      depth: Number.isInteger(depth) && depth > 0 ? depth : defaultNetwork.depth,
      width: number(widths, of('width'), defaultNetwork.width),
      activation: named('activation'),
      params: readParams(of('params')),
      after: named('after'),
      initializer: named('initializer'),
      bias: number(biases, of('bias'), defaultNetwork.bias),
      normalization: oneOf(normalizations, of('normalization'), defaultNetwork.normalization),
      optimizer: oneOf(optimizerNames, of('optimizer'), defaultNetwork.optimizer),
      learningRate: number(learningRates, of('learningRate'), defaultNetwork.learningRate),
    },
    data,
  );
}

/** What a link chooses; what it leaves out, or can't mean, is the default. There are as many networks as its longest list. */
export function readPlan(query: URLSearchParams): TrainingPlan {
  const lists = new Map(networkKeys.map((key) => [key, (query.get(key) ?? '').split(',')]));
  const count = Math.min(mostNetworks, Math.max(...[...lists.values()].map((list) => list.length)));
  const data = oneOf(dataNames, query.get('data') ?? '', defaultPlan.data);
  const seed = Number(query.get('seed') ?? defaultPlan.seed);
  const networks = Array.from({ length: count }, (_, i) =>
    readNetwork((key) => {
      const list = lists.get(key) ?? [];
      return (list.length === 1 ? list[0] : list[i]) ?? '';
    }, data),
  );
  return { data, seed: Number.isInteger(seed) && seed > 0 && seed < 2 ** 31 ? seed : defaultPlan.seed, networks };
}

const textOf = (network: NetworkChoices, key: NetworkKey): string => {
  const value = network[key];
  return key === 'params' ? writeParams(network.params) : String(value);
};

/** The keys of a link to this plan; `null` for what is left to its default. */
export function writePlan({ data, seed, networks }: TrainingPlan): Record<string, string | null> {
  const written: Record<string, string | null> = {
    data: data === defaultPlan.data ? null : data,
    seed: seed === defaultPlan.seed ? null : String(seed),
  };
  for (const key of networkKeys) {
    const list = networks.map((network) => textOf(network, key));
    const same = list.every((value) => value === list[0]);
    const isDefault = same && list[0] === textOf(fitted(defaultNetwork, data), key);
    written[key] = isDefault ? null : same ? (list[0] ?? null) : list.join(',');
  }
  // Equal networks leave no list to count them by.
  if (networks.length > 1 && networkKeys.every((key) => !written[key]?.includes(',')))
    written.activation = networks.map(({ activation }) => activation).join(',');
  return written;
}
