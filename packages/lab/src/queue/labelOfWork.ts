import { type ComparePlan, defaultPlan } from '../compare/plan';
import { labelOf, textOf } from '../report/groups';
import type { JobData } from './jobs';

/** What sweeps are about; sizes are the same in all of them. */
const told = [
  'model',
  'dataset',
  'normalization',
  'initializer',
  'optimizer',
  'learningRate',
  'revival',
  'stopWhen',
] as const satisfies (keyof ComparePlan)[];

/** What a worker calls its work. It sees one run alone, so it tells the settings that are not the usual ones. */
export function labelOfWork(spec: JobData['spec']): string {
  if ('shard' in spec) {
    const [from, to] = spec.shard.stretch;
    return `audit of ${spec.shard.data}, images ${from + 1} to ${to}`;
  }
  const { plan } = spec;
  const [activation] = plan.activations ?? [];
  const unusual = told.filter((key) => JSON.stringify(plan[key]) !== JSON.stringify(defaultPlan[key]));
  const settings = { activation, ...Object.fromEntries(unusual.map((key) => [key, plan[key]])) };
  const shown = Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, textOf(value)]));
  return `${labelOf(shown)}, seed ${plan.seeds?.[0]}`;
}
