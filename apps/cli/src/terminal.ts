/** A stream that text is written to. */
export interface Output {
  write(text: string): unknown;
  isTTY?: boolean | undefined;
  columns?: number | undefined;
}

/** Results go to `stdout`, progress and errors to `stderr`. */
export interface Terminal {
  stdout: Output;
  stderr: Output;
  env?: Record<string, string | undefined>;
}

/** Colours only where somebody looks, and nobody has asked for none. */
export function wantsColors({ stdout, env = {} }: Terminal): boolean {
  return stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
}
