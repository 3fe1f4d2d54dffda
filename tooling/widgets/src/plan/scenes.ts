import type { ScriptedAct } from '../protocol';
import { defaultNetwork, type NetworkChoices, type TrainingPlan } from './plan';

/** A ready-made experiment: what it claims is checked by `scenes.test.ts`. */
export interface Scene {
  name: SceneName;
  plan: TrainingPlan;
  /** What it does by itself while it trains. */
  script: ScriptedAct[];
}

export const sceneNames = ['rate', 'bornDead', 'leakyAfter', 'spectral', 'recycled'] as const;
export type SceneName = (typeof sceneNames)[number];

const network = (changes: Partial<NetworkChoices>): NetworkChoices => ({ ...defaultNetwork, ...changes });
const deep: Partial<NetworkChoices> = { kind: 'dense', depth: 10, width: 4, learningRate: 0.01 };
/** When the scene "recycled" turns the learning rate down, and recycles the dead channels of one of its networks. */
export const recycledAt = 60;

export const scenes: readonly Scene[] = [
  {
    name: 'rate',
    plan: { data: 'digits', seed: 1, networks: [network({ learningRate: 0.003 }), network({ learningRate: 0.03 })] },
    script: [],
  },
  {
    name: 'bornDead',
    plan: {
      data: 'circles',
      seed: 2,
      networks: [network(deep), network({ ...deep, activation: 'leakyRelu' }), network({ ...deep, width: 16 })],
    },
    script: [],
  },
  {
    name: 'leakyAfter',
    plan: {
      data: 'digits',
      seed: 1,
      networks: [network({}), network({ after: 'leakyRelu' }), network({ activation: 'leakyRelu' })],
    },
    script: [],
  },
  {
    name: 'spectral',
    plan: {
      data: 'digits',
      seed: 1,
      networks: [
        network({ bias: -0.3, learningRate: 0.003 }),
        network({ bias: -0.3, learningRate: 0.003, normalization: 'spectral' }),
      ],
    },
    script: [],
  },
  {
    name: 'recycled',
    plan: { data: 'digits', seed: 1, networks: [network({}), network({})] },
    script: [
      { step: recycledAt, run: 0, act: { type: 'learningRate', value: 0.001 } },
      { step: recycledAt, run: 1, act: { type: 'learningRate', value: 0.001 } },
      { step: recycledAt, run: 1, act: { type: 'revive', strategy: 'recycle' } },
    ],
  },
];

export const sceneNamed = (name: string | null): Scene | undefined => scenes.find((scene) => scene.name === name);
