import { createRequire } from 'node:module';
import { expect, test } from 'vitest';

const { getReleaseLine, getDependencyReleaseLine } = createRequire(import.meta.url)('./changelog.cjs') as {
  getReleaseLine(changeset: { summary: string; commit?: string }): Promise<string>;
  getDependencyReleaseLine(): Promise<string>;
};

test('a line of the changelog is what was written for users, and nothing else', async () => {
  const changeset = { summary: 'Revives channels.\n\nPass `seed`.\n', commit: 'abc1234' };
  expect(await getReleaseLine(changeset)).toBe('- Revives channels.\n  \n  Pass `seed`.');
  expect(await getDependencyReleaseLine()).toBe('');
});
