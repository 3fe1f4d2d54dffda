import { tfjsGradients } from '@tooling/config/tfjsGradients';
import { defaultClientConditions, defineConfig, mergeConfig, type UserConfig } from 'vite';
import built from './vite.config';

/** For `npm run dev`: packages are read from their sources, so an edit in any of them reloads the page. */
const config: UserConfig = defineConfig(
  mergeConfig(built, {
    plugins: [tfjsGradients()],
    resolve: { conditions: ['@relumine/source', ...defaultClientConditions] },
  }),
);

export default config;
