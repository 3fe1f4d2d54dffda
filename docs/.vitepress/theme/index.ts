import '@tooling/widgets/style.css';
import './style.css';
import type { Theme } from 'vitepress';
import DefaultTheme from 'vitepress/theme-without-fonts';
import LivePlayground from './LivePlayground.vue';

const theme: Theme = {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component('LivePlayground', LivePlayground);
  },
};

export default theme;
