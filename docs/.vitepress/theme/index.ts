import type { Theme } from 'vitepress';
import DefaultTheme from 'vitepress/theme-without-fonts';
import '@tooling/widgets/style.css';
import './style.css';
import './components.css';
import { defineAsyncComponent } from 'vue';

// Pages without a live component don't load what computes in them.
const theme: Theme = {
  extends: DefaultTheme,
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
