#!/usr/bin/env node
import { run } from './index';

// The exit code is set, not forced: what is still being written to a pipe arrives.
process.exitCode = await run(process.argv.slice(2));
