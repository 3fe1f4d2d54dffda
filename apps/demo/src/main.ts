import '@tooling/widgets/style.css';
import './styles/tokens.css';
import './styles/page.css';
import './styles/train.css';
import './styles/shell.css';
import { createApp } from 'vue';
import App from './App.vue';

createApp(App).mount('#app');
