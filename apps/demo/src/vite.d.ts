declare module '*.css';

declare module '*?url' {
  const address: string;
  export default address;
}

declare module '*.vue' {
  import type { Component } from 'vue';

  const component: Component;
  export default component;
}

interface ImportMeta {
  readonly env: { readonly BASE_URL: string; readonly PROD: boolean };
}
