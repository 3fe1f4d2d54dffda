// Writes the pages of docs/reference from what they describe: the command line's own help, the catalogue of activations,
// the JSON Schema of reports.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { backwardGain, catalogue, forwardGain, gain } from '@relumine/activations';

const require = createRequire(import.meta.url);
const folder = resolve(import.meta.dirname, '../reference');
mkdirSync(folder, { recursive: true });
const write = (name, text) => writeFileSync(resolve(folder, `${name}.md`), `${text.trimEnd()}\n`);

const command = resolve(dirname(require.resolve('relumine/package.json')), 'dist/cli.js');
const help = (...args) => {
  const env = { ...process.env, NO_COLOR: '1', COLUMNS: '100' };
  return execFileSync(process.execPath, [command, ...args, '--help'], { encoding: 'utf8', env }).trimEnd();
};

function commandLine() {
  const whole = help();
  const names = [...whole.matchAll(/^ {2}(\w+)(?: \[options\]| <)/gm)]
    .map(([, name]) => name)
    .filter((name) => name !== 'help');
  const parts = names.map((name) => `## relumine ${name}\n\n\`\`\`text\n${help(name)}\n\`\`\``);
  return `# Command line\n\n\`npx relumine <command>\`. What follows is its own help.\n\n\`\`\`text\n${whole}\n\`\`\`\n\n${parts.join('\n\n')}`;
}

const number = (value) => (Number.isFinite(value) ? value.toFixed(4) : '–');

function activations() {
  const escaped = (text) => text.replaceAll('|', '\\|');
  const what = catalogue.map(({ name, formula, range, deadRegion }) => {
    const f = `$${formula}$`.replaceAll('|', '\\vert ');
    return `| \`${name}\` | ${f} | ${range} | ${escaped(deadRegion ?? 'nowhere')} |`;
  });
  const figures = catalogue.map(({ name, monotone, cost, paper }) => {
    const gains = [gain(name), forwardGain(name), backwardGain(name)].map(number).join(' | ');
    return `| \`${name}\` | ${gains} | ${monotone ? 'yes' : 'no'} | ${cost} | ${paper} |`;
  });
  return `---
aside: false
---

# Activations

Every activation of [\`@relumine/activations\`](/api/@relumine/activations/), with PyTorch's default parameters. *Dead region*: where a unit does not fire, since its slope is 0, or at most 0.001 for smooth functions.

| name | f(x) | range | dead region |
|---|---|---|---|
${what.join('\n')}

## Gains, costs, origins

*Gain* is PyTorch's where it tabulates one, else the forward gain; *forward* is $1/\\sqrt{\\mathrm{E} f(z)^2}$, *backward* $1/\\sqrt{\\mathrm{E} f'(z)^2}$ with $z \\sim N(0, 1)$, by quadrature. *Costs*: what one pass computes for each value, beside reading and writing it.

| name | gain | forward | backward | monotone | costs | from |
|---|--:|--:|--:|---|---|---|
${figures.join('\n')}`;
}

const typeOf = (schema) => {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(', ');
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants) return [...new Set(variants.map(typeOf))].join(' or ');
  if (schema.type === 'array') return `array of ${typeOf(schema.items ?? {})}`;
  return schema.type ?? 'any';
};

function fields(schema, path = '') {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const here = path ? `${path}.${name}` : name;
    const inner = field.type === 'array' ? field.items : field;
    const own = `| \`${here}\` | ${typeOf(field)} | ${(field.description ?? '').replaceAll('|', '\\|')} |`;
    return inner?.properties ? [own, ...fields(inner, field.type === 'array' ? `${here}[]` : here)] : [own];
  });
}

function report() {
  const schema = JSON.parse(readFileSync(require.resolve('@relumine/dead-neuron-metrics/report.schema.json'), 'utf8'));
  return `# The report as JSON

What \`relumine audit --json\` and \`writeReport\` write, and \`readReport\` reads and checks. Numbers that JSON can't hold are the strings \`"NaN"\`, \`"Infinity"\` and \`"-Infinity"\`. The JSON Schema is the file \`report.schema.json\` of \`@relumine/dead-neuron-metrics\`.

| field | type | meaning |
|---|---|---|
${fields(schema).join('\n')}`;
}

write('cli', commandLine());
write('activations', activations());
write('report', report());
