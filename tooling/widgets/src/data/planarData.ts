import { createRandom, type Random } from '@relumine/core';
import type { Part, TrainingData } from './trainingData';

const trainSize = 480;
const testSize = 256;

/** A point of its class, in about [−1, 1]². */
type Draw = (label: number, random: Random) => [x: number, y: number];

/** A disc of radius 0.5 inside a ring from 0.7 to 1. */
const circles: Draw = (label, random) => {
  const angle = 2 * Math.PI * random.uniform();
  const radius = label === 0 ? 0.5 * Math.sqrt(random.uniform()) : 0.7 + 0.3 * random.uniform();
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
};

/** Two arms of a spiral, one and a quarter turns each. */
const spirals: Draw = (label, random) => {
  const t = Math.sqrt(0.02 + 0.98 * random.uniform());
  const angle = 2.5 * Math.PI * t + label * Math.PI;
  const noise = (): number => 0.03 * random.normal();
  return [t * Math.cos(angle) + noise(), t * Math.sin(angle) + noise()];
};

function part(size: number, draw: Draw, random: Random): Part {
  const values = new Float32Array(2 * size);
  const labels = Uint8Array.from({ length: size }, (_, i) => i % 2);
  labels.forEach((label, i) => {
    values.set(draw(label, random), 2 * i);
  });
  return { values, labels };
}

/** Two classes of points in the plane, 480 to train on and 256 to test on; equal seeds give equal points. */
export function planarData(name: 'circles' | 'spirals', seed: number): TrainingData {
  const random = createRandom(`${name}/${seed}`);
  const draw = name === 'circles' ? circles : spirals;
  const train = part(trainSize, draw, random.fork('train'));
  const test = part(testSize, draw, random.fork('test'));
  return {
    shape: [1, 1, 2],
    classes: ['A', 'B'],
    train,
    test,
    points: { xy: train.values as Float32Array, labels: train.labels },
  };
}
