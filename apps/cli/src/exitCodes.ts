/** How a command ended. */
export const exitCodes = {
  done: 0,
  /** Bad input, or something that failed. */
  failed: 1,
  /** A sweep ended, but some of its runs failed. */
  someRunsFailed: 2,
  /** Stopped by Ctrl-C; what was done is kept. */
  interrupted: 130,
  /** Nobody reads the output any more: 128 + SIGPIPE, as in every shell. */
  unread: 141,
} as const;

/** An end that is no fault of ours, with its own exit code. */
export class CommandEnd extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * Does `action` with a signal that Ctrl-C (or SIGTERM) aborts; a second Ctrl-C ends the process at once.
 *
 * @throws CommandEnd where it was aborted
 */
export async function interruptible<T>(message: string, action: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const control = new AbortController();
  const stop = (): void => control.abort(new CommandEnd(message, exitCodes.interrupted));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    return await action(control.signal);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}
