import '@tooling/widgets/style.css';
import './styles/tokens.css';
import './styles/page.css';
import './styles/train.css';
import './styles/shell.css';
import './styles/controls.css';
import './styles/audit.css';
import './styles/draw.css';
import { createApp } from 'vue';
import App from './App.vue';
import { loadMessages } from './i18n/messages';
import { startOffline } from './shell/offline';

await loadMessages();
createApp(App).mount('#app');
void startOffline(import.meta.env.BASE_URL);
