import type { Run, RunsResult } from '../results';

interface Group {
  activation: string;
  runs: Run[];
  dead: number;
  channels: number;
  accuracy: number;
}

const mean = (values: number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function groups(runs: readonly Run[]): Group[] {
  const names = [...new Set(runs.map(({ activation }) => activation))];
  return names.map((activation) => {
    const own = runs.filter((run) => run.activation === activation);
    const layers = own.flatMap((run) => run.layers);
    return {
      activation,
      runs: own,
      dead: layers.reduce((sum, { deadChannels }) => sum + deadChannels, 0),
      channels: layers.reduce((sum, { channels }) => sum + channels, 0),
      accuracy: mean(own.map(({ testAccuracy }) => testAccuracy)),
    };
  });
}

const lost = ({ activation, dead, channels }: Group): string => `${activation} lost ${dead} of ${channels} channels`;

/** One line: what the figures say, and what to do about it. */
export function compareAdvice({ runs, plan }: Pick<RunsResult, 'runs' | 'plan'>): string {
  const broken = runs.find(({ stopped }) => stopped);
  if (broken)
    return `${broken.activation} did not finish: ${broken.stopped}. Lower the learning rate (now ${plan.learningRate}).`;
  const all = groups(runs);
  const best = all.reduce((a, b) => (b.accuracy > a.accuracy ? b : a));
  const worst = all.reduce((a, b) => (b.dead / b.channels > a.dead / a.channels ? b : a));
  const lower = `lower the learning rate (now ${plan.learningRate})`;
  if (worst.dead === 0)
    return `No channel died; ${best.activation} tells most digits (${percent(best.accuracy)}). Take it${all.length > 1 ? ', or the simplest one that comes close' : ''}.`;
  if (all.length === 1)
    return `${lost(worst)}: ${lower}, or try an activation with a slope below 0, such as leakyRelu.`;
  const alive = all.filter(({ dead }) => dead === 0);
  if (alive.length === 0) return `Every activation lost channels (${all.map(lost).join('; ')}): ${lower}.`;
  const pick = alive.reduce((a, b) => (b.accuracy > a.accuracy ? b : a));
  const gained = pick.accuracy - worst.accuracy;
  const without = `${lost(worst)}, ${pick.activation} none`;
  // What would be printed as 0.0 % is no difference.
  const same = Math.abs(gained) < 0.0005;
  return gained >= 0 || same
    ? `${without}, with ${same ? 'as many' : `${percent(gained)} more`} digits told right: take ${pick.activation}, or keep ${worst.activation} and ${lower}.`
    : `${without}, but with ${percent(-gained)} fewer digits told right: keep ${worst.activation} and ${lower}.`;
}
