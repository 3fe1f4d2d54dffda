import { isMap, isNode, isScalar, isSeq, LineCounter, type Node, type ParsedNode, parseDocument } from 'yaml';
import { type SelectPlan, wholeSelectPlan } from '../select/plan';
import { expandPlan, type SweepPlan } from '../sweep/plan';
import type { PathError } from './path';

/** The node at a path; where the path names a key, the key itself. */
function nodeAt(root: Node | null, path: readonly (string | number)[]): Node | undefined {
  let node: Node | null | undefined = root;
  for (const [i, step] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => (isScalar(key) ? key.value : key) === step);
      if (!pair) return node;
      const isLast = i === path.length - 1;
      // A key that should not be there is shown itself; a value that is wrong is shown as value.
      node = (isLast && !isNode(pair.value) ? pair.key : pair.value) as Node;
      if (isLast) return (pair.key as Node) ?? node;
    } else if (isSeq(node)) node = node.items[step as number] as Node | undefined;
    else return node ?? undefined;
  }
  return node ?? undefined;
}

/** The line of an offset with a mark below it, as compilers show it. */
function frame(text: string, name: string, lines: LineCounter, from: number, to: number): string {
  const { line, col } = lines.linePos(from);
  const source = text.split('\n')[line - 1]?.replace('\r', '') ?? '';
  const width = Math.max(1, Math.min(to - from, source.length - col + 1));
  const margin = String(line).length;
  return `  ${name}:${line}:${col}\n  ${line} | ${source}\n  ${' '.repeat(margin)} | ${' '.repeat(col - 1)}${'^'.repeat(width)}`;
}

/**
 * A plan from JSON or YAML, checked: {@link expandPlan} takes it.
 *
 * @param text the file's text
 * @param name what the file is called in messages
 * @throws RangeError or TypeError for text that is neither, and for a plan that is wrong; the message ends in the line, with
 *   a mark below what is meant
 *
 * @example
 * parsePlan('epochs: 1\ngrid: { activation: [relu, elu], seed: [1, 2] }'); // { epochs: 1, grid: { … } }
 */
export function parsePlan(text: string, name = 'plan'): SweepPlan {
  return parseWith(text, name, (plan) => {
    expandPlan(plan as SweepPlan);
    return plan as SweepPlan;
  });
}

/** As {@link parsePlan}, for a plan of `select`. */
export function parseSelectPlan(text: string, name = 'plan'): SelectPlan {
  return parseWith(text, name, (plan) => {
    wholeSelectPlan(plan as SelectPlan);
    return (plan ?? {}) as SelectPlan;
  });
}

/** As {@link parsePlan}, with other checks: an error that bears a `path` is shown with its line. */
function parseWith<T>(text: string, name: string, check: (plan: unknown) => T): T {
  const lines = new LineCounter();
  const document = parseDocument<ParsedNode>(text, { lineCounter: lines, prettyErrors: false });
  const [problem] = document.errors;
  if (problem)
    throw new RangeError(
      `[relumine/lab/parsePlan] \`plan\` must be JSON or YAML. Received: ${problem.message.replace(/\.?$/, '.')}\n${frame(text, name, lines, problem.pos[0], problem.pos[1])}`,
      { cause: problem },
    );
  const plan: unknown = document.toJS();
  try {
    return check(plan);
  } catch (error) {
    const { path } = error as PathError;
    const node = path && nodeAt(document.contents, path);
    if (!(error instanceof Error) || !node?.range) throw error;
    error.message = `${error.message}\n${frame(text, name, lines, node.range[0], node.range[1])}`;
    throw error;
  }
}
