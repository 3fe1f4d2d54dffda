import { tfjsGradients } from '@tooling/config/tfjsGradients';
import { playwright } from '@vitest/browser-playwright';
import { defaultClientConditions, defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

/** In the repository, packages are read from their sources; users get `dist`. */
const source = '@relumine/source';

const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [tfjsGradients()],
        ssr: { resolve: { conditions: [source, ...defaultServerConditions] } },
        resolve: { conditions: [source, ...defaultServerConditions] },
        test: {
          name: 'node',
          environment: 'node',
          pool: 'forks',
          testTimeout: 60_000,
          hookTimeout: 60_000,
          include: [
            '{packages,apps,tooling}/*/src/**/*.test.ts',
            'tooling/*/*.test.ts',
            'apps/demo/tests/*.test.ts',
            'docs/tests/*.test.ts',
          ],
          exclude: ['**/*.browser.test.ts', '**/node_modules/**'],
        },
      },
      {
        plugins: [tfjsGradients()],
        resolve: { conditions: [source, ...defaultClientConditions] },
        server: {
          headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
        },
        test: {
          name: 'browser',
          include: ['{packages,apps,tooling}/*/src/**/*.browser.test.ts'],
          testTimeout: 60_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                ...(process.env.CHROMIUM_PATH ? { executablePath: process.env.CHROMIUM_PATH } : {}),
                args: chromiumFlags,
              },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
