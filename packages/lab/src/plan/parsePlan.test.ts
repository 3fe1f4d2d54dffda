import { expect, test } from 'vitest';
import { expandPlan, parsePlan } from '../index';

const yaml = `# Which activation?
model: simpleCnn
dataset: mnist
trainSize: 640
epochs: 1
grid:
  activation:
    - relu
    - { name: leakyRelu, negativeSlope: 0.1 }
  seed: [1, 2]
`;

test('YAML and JSON of the same plan are the same runs', () => {
  const plan = parsePlan(yaml);
  const json = JSON.stringify(plan, null, '\t');
  expect(expandPlan(parsePlan(json))).toEqual(expandPlan(plan));
  expect(expandPlan(plan)).toHaveLength(4);
  expect(plan.grid?.activation).toEqual(['relu', { name: 'leakyRelu', negativeSlope: 0.1 }]);
});

test.each([
  [
    yaml.replace('seed:', 'sed:'),
    `Received: "sed". Did you mean 'seed'?\n  plan.yaml:10:3\n  10 |   sed: [1, 2]\n     |   ^^^`,
  ],
  [
    yaml.replace('[1, 2]', '[1, -2]'),
    '`plan.grid.seed[1]` must be an integer of at least 0. Received: -2.\n  plan.yaml:10:13\n  10 |   seed: [1, -2]\n     |             ^^',
  ],
  [yaml.replace('- relu', '- rellu'), "Did you mean 'relu'?\n  plan.yaml:8:7\n  8 |     - rellu\n    |       ^^^^^"],
  [yaml.replace('epochs: 1', 'epochs: 1.5'), 'Received: 1.5.\n  plan.yaml:5:1\n  5 | epochs: 1.5\n    | ^^^^^^'],
  [yaml.replace('grid:', 'grid: ['), '`plan` must be JSON or YAML. Received: '],
  ['{ "epochs": 1,\n  "epochs": 2 }', 'Map keys must be unique.\n  plan.yaml:2:3\n  2 |   "epochs": 2 }\n    |   ^'],
  ['- 1\n- 2', '`plan` must be an object'],
  ['', '`plan` must be an object. Received: null.'],
  ['random: { draws: 3, space: { learningRate: { logUniform: [1, 0.1] } } }', 'plan.yaml:1:30'],
])('%# points at the line', (text, message) => {
  expect(() => parsePlan(text, 'plan.yaml')).toThrow(message);
});
