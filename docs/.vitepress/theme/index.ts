import type { Theme } from 'vitepress';
import DefaultTheme from 'vitepress/theme-without-fonts';
import '@tooling/widgets/style.css';
import './style.css';
import './components.css';
import ActivationCurve from './ActivationCurve.vue';
import BornDead from './BornDead.vue';
import HowSure from './HowSure.vue';
import LivePlayground from './LivePlayground.vue';

const theme: Theme = {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component('LivePlayground', LivePlayground);
    app.component('HowSure', HowSure);
    app.component('ActivationCurve', ActivationCurve);
    app.component('BornDead', BornDead);
  },
};

export default theme;
