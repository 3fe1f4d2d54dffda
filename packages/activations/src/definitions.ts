import type { ActivationName } from '@relumine/core';
import { celuDefinition } from './functions/celu';
import { eluDefinition } from './functions/elu';
import { geluDefinition } from './functions/gelu';
import { hardshrinkDefinition } from './functions/hardshrink';
import { hardsigmoidDefinition } from './functions/hardsigmoid';
import { hardswishDefinition } from './functions/hardswish';
import { hardtanhDefinition } from './functions/hardtanh';
import { leakyReluDefinition } from './functions/leakyRelu';
import { linearDefinition } from './functions/linear';
import { logSigmoidDefinition } from './functions/logSigmoid';
import { mishDefinition } from './functions/mish';
import { preluDefinition } from './functions/prelu';
import { reluDefinition } from './functions/relu';
import { relu6Definition } from './functions/relu6';
import { rreluDefinition } from './functions/rrelu';
import { seluDefinition } from './functions/selu';
import { sigmoidDefinition } from './functions/sigmoid';
import { siluDefinition } from './functions/silu';
import { softplusDefinition } from './functions/softplus';
import { softshrinkDefinition } from './functions/softshrink';
import { softsignDefinition } from './functions/softsign';
import { squareplusDefinition } from './functions/squareplus';
import { tanhDefinition } from './functions/tanh';
import { tanhshrinkDefinition } from './functions/tanhshrink';
import { thresholdDefinition } from './functions/threshold';
import type { Definition } from './shared/definition';

/** The activations that map each value by itself, in the order of the catalogue. */
export const definitions: ReadonlyMap<ActivationName, Definition> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ [
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
  ].map((definition) => [definition.name, definition]),
);
