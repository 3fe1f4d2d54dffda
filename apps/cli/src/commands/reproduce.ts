import { type Command, InvalidArgumentError } from 'commander';
import { requireWritable, writeJson } from '../jsonFile';
import type { Terminal } from '../terminal';

const help = `
Published and derived results about dying ReLUs, measured here: each figure with its standard error beside the one that is
expected.

  born-dead       how often deep, narrow networks are 0 before training (Lu et al. 2019)
  absolute-value  |x| with ten layers of width two
  auto-trainer    AutoTrainer's 34 × Dense(128) on MNIST, Glorot against He (long: some 45 minutes)
  stuck-at-21     tensorflow/tfjs#918: the loss stays at exactly 21
  article         leaky ReLU behind ReLU, a slope that is no weight, and the repaired network
  learning-rate   a lower rate prevents, but does not revive

Examples:
  $ relumine reproduce stuck-at-21
  $ relumine reproduce born-dead --set draws=10000 --json born-dead.json
  $ relumine reproduce auto-trainer --resume auto-trainer.jsonl`;

/** Settings from `name=value`, the value in JSON. */
function setting(text: string, before: Record<string, unknown>): Record<string, unknown> {
  const at = text.indexOf('=');
  try {
    if (at > 0) return { ...before, [text.slice(0, at)]: JSON.parse(text.slice(at + 1)) };
  } catch {
    // The message below says what is wanted.
  }
  throw new InvalidArgumentError('Write it as name=value, such as draws=10000 or seeds=[1,2].');
}

interface Options {
  set: Record<string, unknown>;
  json?: string;
  resume?: string;
}

/** Adds `relumine reproduce`. */
export function addReproduce(program: Command, terminal: Terminal): void {
  program
    .command('reproduce')
    .description('measure a published result about dying ReLUs again')
    .argument('<name>', 'which one')
    .option('--set <name=value>', 'another setting, several times if need be', setting, {})
    .option('--json <file>', 'write the figures there too')
    .option('--resume <file>', 'keep the parts of a long one there, and go on from those it holds')
    .addHelpText('after', help)
    .action(async (name: string, { set, json, resume }: Options) => {
      if (json !== undefined) await requireWritable('cli/reproduce', '--json', json);
      if (resume !== undefined) await requireWritable('cli/reproduce', '--resume', resume);
      const { formatReproduction, reproduce } = await import('@relumine/lab');
      const { startWasm } = await import('@relumine/wasm-backend');
      await startWasm({ threads: 1 });
      const onProgress = (line: string): unknown => terminal.stderr.write(`${line}\n`);
      const result = await reproduce(name as Parameters<typeof reproduce>[0], set, {
        onProgress,
        ...(resume === undefined ? {} : { journal: resume }),
      });
      terminal.stdout.write(`${formatReproduction(result)}\n`);
      if (json === undefined) return;
      await writeJson(json, result);
      terminal.stdout.write(`Written to ${json}\n`);
    });
}
