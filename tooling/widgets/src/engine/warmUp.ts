import { type Tensor, tensor2d, tensor4d } from '@tensorflow/tfjs-core';
import { gather, sizeOf } from '../data/trainingData';
import type { NetworkChoices } from '../plan/plan';
import { breathe } from './breathe';
import { buildNetwork, buildOptimizer, compile } from './network';
import type { Session } from './session';

/** Of each network. V8 compiles what ran some dozens of times … */
const mostSteps = 40;
/** … and so many milliseconds of it in all are less than a visitor needs to find the button. */
const longest = 900;
const images = [0, 1, 2, 3];

/**
 * Trains copies of a session's networks for some steps, and forgets them: browsers compile what is much used, WASM and
 * JavaScript, a second time, on all cores, and the page answers late meanwhile. It does so before anybody waits for it.
 *
 * @param wanted whether there is something else to do: it ends at once then
 * @returns whether it came to its end
 */
export async function warmUp(session: Session, wanted: () => boolean): Promise<boolean> {
  const { data, runs } = session;
  const { values, labels } = gather(data.train, images, sizeOf(data), data.classes.length);
  const xs = tensor4d(values, [images.length, ...data.shape]);
  const ys = tensor2d(labels, [images.length, data.classes.length]);
  try {
    for (const { choices } of runs) {
      const until = performance.now() + longest / runs.length;
      await trainCopy(session, choices, xs, ys, () => wanted() || performance.now() > until);
      if (wanted()) return false;
    }
    return true;
  } finally {
    xs.dispose();
    ys.dispose();
  }
}

async function trainCopy(
  { data, plan }: Session,
  choices: NetworkChoices,
  xs: Tensor,
  ys: Tensor,
  isOver: () => boolean,
): Promise<void> {
  const model = await buildNetwork(choices, data, plan.seed);
  const optimizer = buildOptimizer(choices);
  try {
    compile(model, optimizer);
    for (let step = 0; step < mostSteps && !isOver(); step++) {
      await model.trainOnBatch(xs, ys);
      await breathe();
    }
  } finally {
    model.dispose();
    optimizer.dispose();
  }
}
