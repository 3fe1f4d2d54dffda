import { run } from './index';

/** Runs the command in this process, as where its output is no terminal. */
export async function relumine(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const code = await run(args, {
    stdout: { write: (text) => (out += text), isTTY: false },
    stderr: { write: (text) => (err += text), isTTY: false },
  });
  return { code, out, err };
}
