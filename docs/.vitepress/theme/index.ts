import type { Theme } from 'vitepress';
import DefaultTheme from 'vitepress/theme-without-fonts';
import '@tooling/widgets/style.css';
import './style.css';
import './components.css';
import { defineAsyncComponent, h } from 'vue';

import NotFound from './NotFound.vue';

// Pages without a live component don't load what computes in them.
const theme: Theme = {
  extends: DefaultTheme,
  // VitePress's own has no landmark for its content.
  Layout: () => h(DefaultTheme.Layout, null, { 'not-found': () => h(NotFound) }),
  enhanceApp({ app }) {
    app.component(
      'LivePlayground',
      defineAsyncComponent(() => import('./LivePlayground.vue')),
    );
    app.component(
      'HowSure',
      defineAsyncComponent(() => import('./HowSure.vue')),
    );
    app.component(
      'ActivationCurve',
      defineAsyncComponent(() => import('./ActivationCurve.vue')),
    );
    app.component(
      'BornDead',
      defineAsyncComponent(() => import('./BornDead.vue')),
    );
  },
};

export default theme;
