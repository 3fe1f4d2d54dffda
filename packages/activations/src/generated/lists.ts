// Written by scripts/listFunctions.mjs at each build; the list is `activationNames` in @relumine/core.
import type { ActivationName } from '@relumine/core';
import { celuDefinition, celuEntry } from '../functions/celu';
import { creluEntry } from '../functions/crelu';
import { eluDefinition, eluEntry } from '../functions/elu';
import { geluDefinition, geluEntry } from '../functions/gelu';
import { gluEntry } from '../functions/glu';
import { hardshrinkDefinition, hardshrinkEntry } from '../functions/hardshrink';
import { hardsigmoidDefinition, hardsigmoidEntry } from '../functions/hardsigmoid';
import { hardswishDefinition, hardswishEntry } from '../functions/hardswish';
import { hardtanhDefinition, hardtanhEntry } from '../functions/hardtanh';
import { leakyReluDefinition, leakyReluEntry } from '../functions/leakyRelu';
import { linearDefinition, linearEntry } from '../functions/linear';
import { logSigmoidDefinition, logSigmoidEntry } from '../functions/logSigmoid';
import { mishDefinition, mishEntry } from '../functions/mish';
import { preluDefinition, preluEntry } from '../functions/prelu';
import { reluDefinition, reluEntry } from '../functions/relu';
import { relu6Definition, relu6Entry } from '../functions/relu6';
import { rreluDefinition, rreluEntry } from '../functions/rrelu';
import { seluDefinition, seluEntry } from '../functions/selu';
import { sigmoidDefinition, sigmoidEntry } from '../functions/sigmoid';
import { siluDefinition, siluEntry } from '../functions/silu';
import { softplusDefinition, softplusEntry } from '../functions/softplus';
import { softshrinkDefinition, softshrinkEntry } from '../functions/softshrink';
import { softsignDefinition, softsignEntry } from '../functions/softsign';
import { squareplusDefinition, squareplusEntry } from '../functions/squareplus';
import { tanhDefinition, tanhEntry } from '../functions/tanh';
import { tanhshrinkDefinition, tanhshrinkEntry } from '../functions/tanhshrink';
import { thresholdDefinition, thresholdEntry } from '../functions/threshold';
import type { Definition, Entry } from '../shared/definition';

export const listed: readonly Definition[] = [
  linearDefinition,
  reluDefinition,
  relu6Definition,
  leakyReluDefinition,
  preluDefinition,
  rreluDefinition,
  eluDefinition,
  celuDefinition,
  seluDefinition,
  geluDefinition,
  siluDefinition,
  mishDefinition,
  softplusDefinition,
  squareplusDefinition,
  softsignDefinition,
  tanhDefinition,
  sigmoidDefinition,
  hardtanhDefinition,
  hardsigmoidDefinition,
  hardswishDefinition,
  logSigmoidDefinition,
  tanhshrinkDefinition,
  softshrinkDefinition,
  hardshrinkDefinition,
  thresholdDefinition,
];

export const entries: Readonly<Record<ActivationName, Entry>> = {
  linear: linearEntry,
  relu: reluEntry,
  relu6: relu6Entry,
  leakyRelu: leakyReluEntry,
  prelu: preluEntry,
  rrelu: rreluEntry,
  elu: eluEntry,
  celu: celuEntry,
  selu: seluEntry,
  gelu: geluEntry,
  silu: siluEntry,
  mish: mishEntry,
  softplus: softplusEntry,
  squareplus: squareplusEntry,
  softsign: softsignEntry,
  tanh: tanhEntry,
  sigmoid: sigmoidEntry,
  hardtanh: hardtanhEntry,
  hardsigmoid: hardsigmoidEntry,
  hardswish: hardswishEntry,
  logSigmoid: logSigmoidEntry,
  tanhshrink: tanhshrinkEntry,
  softshrink: softshrinkEntry,
  hardshrink: hardshrinkEntry,
  threshold: thresholdEntry,
  glu: gluEntry,
  crelu: creluEntry,
};
