import '@tooling/widgets/style.css';
import './page.css';
import { createApp } from 'vue';
import App from './App.vue';

createApp(App).mount('#app');
