export interface ServeOptions {
  headers?: Record<string, string>;
  missing?: RegExp;
}

export function servePages(folder: string, options?: ServeOptions): Promise<{ url: string; close: () => void }>;
