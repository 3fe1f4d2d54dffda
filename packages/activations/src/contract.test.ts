import { startWasm } from '@relumine/wasm-backend';
import { useAnotherBackend, useBackend } from '@tooling/testing';
import { contract } from './contract.suite.testing';

// The native kernels stay registered once they are: the stock backend comes before them.
contract([
  ['cpu', () => useBackend('cpu')],
  ['another backend', useAnotherBackend],
  ['stock wasm', () => useBackend('wasm')],
  ['wasm with native kernels', () => startWasm()],
]);
