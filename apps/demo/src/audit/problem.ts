/** What can be wrong with dropped files, each with the figures that its sentence needs. */
export interface Problems {
  tooManyFiles: { limit: number };
  noModel: { names: string };
  severalModels: { names: string };
  kerasFile: { name: string };
  jsonTooLarge: { name: string; bytes: number; limit: number };
  jsonTooDeep: { name: string; limit: number };
  notJson: { name: string };
  notAModel: { name: string };
  badManifest: { detail: string };
  pathOutside: { path: string };
  missingWeights: { names: string };
  weightsSize: { expected: number; received: number };
  weightsTooLarge: { bytes: number; limit: number };
  weightsBeyondFile: { layer: string };
  doesNotLoad: { detail: string };
  severalInputs: { count: number };
  inputShape: { shape: string };
  inputTooLarge: { values: number; limit: number };
  samplesTooLarge: { values: number; limit: number };
  outOfMemory: { limit: number };
  noImages: Record<string, never>;
  imageUnreadable: { name: string };
  imageTooLarge: { name: string; width: number; height: number; limit: number };
  imageFileTooLarge: { name: string; bytes: number; limit: number };
  idxUnreadable: { name: string; detail: string };
  idxShape: { name: string; expected: string; received: string };
  auditFails: { detail: string };
  silent: { seconds: number };
  crashed: { detail: string };
}

export type ProblemCode = keyof Problems;

/** A problem as it travels between worker and page; the page puts it into the reader's language. */
export type Problem = { [Code in ProblemCode]: { code: Code; values: Problems[Code] } }[ProblemCode];

/** Ends an audit with a problem that the page can put into words. */
export class AuditProblem extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, cause?: unknown) {
    super(`${problem.code} ${JSON.stringify(problem.values)}`, { cause });
    this.name = 'AuditProblem';
    this.problem = problem;
  }
}

/** An `AuditProblem` to throw. */
export const problem = <Code extends ProblemCode>(code: Code, values: Problems[Code], cause?: unknown): AuditProblem =>
  new AuditProblem({ code, values } as Problem, cause);

const longest = 300;

/** A name or a message from a file, short enough to be shown: nothing in it is trusted, not even its length. */
export function shown(text: unknown): string {
  const plain = String(text)
    .replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .trim();
  return plain.length > longest ? `${plain.slice(0, longest)} …` : plain;
}

/** What any error becomes: an `AuditProblem` stays one, the rest is told with `code`. */
export function problemOf(error: unknown, code: 'doesNotLoad' | 'auditFails'): Problem {
  if (error instanceof AuditProblem) return error.problem;
  const detail = shown(error instanceof Error ? error.message : error);
  return { code, values: { detail } };
}
