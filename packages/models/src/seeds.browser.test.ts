import { useBackend } from '@tooling/testing';
import { beforeAll } from 'vitest';
import { seedSuite } from './seeds.suite.testing';

// Another backend than in Node: what is drawn depends on neither.
beforeAll(() => useBackend('cpu'));

seedSuite();
