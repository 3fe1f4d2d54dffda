import type { TrainingChoices } from './protocol';

export const defaultChoices: TrainingChoices = {
  activation: 'relu',
  learningRate: 0.03,
  initializer: 'heNormal',
  normalization: 'none',
  seed: 1,
};

export const learningRates: readonly number[] = [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1];

const names = /^[A-Za-z0-9]{1,30}$/;

/** What a link chooses; what it leaves out, or can't mean, is the default. */
export function readChoices(search: string): TrainingChoices {
  const given = new URLSearchParams(search);
  const name = (key: 'activation' | 'initializer' | 'normalization'): string => {
    const value = given.get(key);
    return value !== null && names.test(value) ? value : defaultChoices[key];
  };
  const learningRate = Number(given.get('learningRate'));
  const seed = Number(given.get('seed'));
  const normalization = name('normalization');
  return {
    activation: name('activation'),
    learningRate: learningRates.includes(learningRate) ? learningRate : defaultChoices.learningRate,
    initializer: name('initializer'),
    normalization: ['none', 'batch', 'spectral'].includes(normalization) ? normalization : 'none',
    seed: Number.isInteger(seed) && seed > 0 && seed < 2 ** 31 ? seed : defaultChoices.seed,
  };
}

/** The query of a link to these choices; defaults are left out. */
export function writeChoices(choices: TrainingChoices): string {
  const changed = Object.entries(choices).filter(
    ([key, value]) => defaultChoices[key as keyof TrainingChoices] !== value,
  );
  const query = new URLSearchParams(changed.map(([key, value]) => [key, String(value)])).toString();
  return query === '' ? '' : `?${query}`;
}
