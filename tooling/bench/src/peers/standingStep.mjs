// The reference step as a peer that stays; answers lines (see children.mjs): { threads, batch } once, which starts it, then
// { warmUp, runs, clock } → milliseconds.
import { createInterface } from 'node:readline';
import { time } from '../timing.mjs';
import { referenceStep } from './referenceStep.mjs';

let step;
for await (const line of createInterface({ input: process.stdin })) {
  const { threads, batch, ...how } = JSON.parse(line);
  let answer;
  if (step) answer = await time(step, how);
  else ({ step, about: answer } = await referenceStep('native', threads, batch));
  console.log(JSON.stringify(answer));
}
process.exit(0);
