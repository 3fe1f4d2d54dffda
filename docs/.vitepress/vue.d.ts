declare module '*.css';
declare module '@tooling/widgets/style.css';

declare module '*.vue' {
  import type { DefineComponent } from 'vue';

  const component: DefineComponent;
  export default component;
}
