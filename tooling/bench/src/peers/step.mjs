// One peer of the reference step, in a process of its own: node step.mjs <kernels> <threads> <batch> <runs> <clock>
import { time } from '../timing.mjs';
import { referenceStep } from './referenceStep.mjs';

const [kernels, ...rest] = process.argv.slice(2);
const [threads, batch, runs] = rest.map(Number);
const clock = rest[3];
const { step, about } = await referenceStep(kernels, threads, batch);
const warmUp = { native: 30, composed: 5, cpu: 1 }[kernels];
console.log(JSON.stringify({ ...about, times: await time(step, { runs, warmUp, clock }) }));
process.exit(0);
