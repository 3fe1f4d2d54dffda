/**
 * Which workspace packages each package's sources may import: the arrows of the house, which only point down.
 * Tests may import more (a backend, another package to compare with); shipped sources may not.
 */
export const arrows: Readonly<Record<string, readonly string[]>> = {
  core: [],
  'wasm-backend': ['core'],
  activations: ['core'],
  'spectral-norm': ['core'],
  datasets: ['core'],
  'dead-neuron-metrics': ['core', 'activations'],
  report: ['core'],
  models: ['core', 'activations', 'spectral-norm'],
  revival: ['core', 'activations', 'dead-neuron-metrics'],
  lab: [
    'core',
    'activations',
    'spectral-norm',
    'dead-neuron-metrics',
    'datasets',
    'wasm-backend',
    'models',
    'revival',
    'report',
  ],
};

/** Packages that only tests and apps import: users pick their backend, no library does it for them. */
export const backendPackages: readonly string[] = ['@tensorflow/tfjs-backend-wasm', '@tensorflow/tfjs-backend-cpu'];

/** Who may import a backend in its sources: the package that extends it, and the lab, which runs experiments. */
export const mayImportBackend: readonly string[] = ['wasm-backend', 'lab'];
