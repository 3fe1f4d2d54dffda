import type { Plugin } from 'vite';
export function tfjsGradients(): Plugin;
