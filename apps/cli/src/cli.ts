#!/usr/bin/env node
import { exitCodes } from './exitCodes';
import { run } from './index';

// `relumine … | head` has read enough: to end without a word is what a pipe's reader expects.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(exitCodes.unread);
});

// The exit code is set, not forced: what is still being written to a pipe arrives.
process.exitCode = await run(process.argv.slice(2));
