export interface ServeOptions {
  headers?: Record<string, string> | ((path: string) => Record<string, string>);
  missing?: RegExp;
  port?: number;
  gzip?: boolean;
}

export function servePages(folder: string, options?: ServeOptions): Promise<{ url: string; close: () => void }>;
