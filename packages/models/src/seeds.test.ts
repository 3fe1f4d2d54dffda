import { startWasm } from '@relumine/wasm-backend';
import { beforeAll } from 'vitest';
import { seedSuite } from './seeds.suite.testing';

beforeAll(async () => {
  await startWasm({ threads: 1 });
});

seedSuite();
