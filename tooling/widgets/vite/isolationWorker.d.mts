import type { Plugin } from 'vite';

export function isolationWorker(): Plugin;
