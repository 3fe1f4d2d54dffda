/** A node of a TensorFlow graph as tfjs's JSON has it. */
export interface NodeDef {
  name: string;
  op: string;
  input?: string[];
  attr?: Record<string, AttrValue>;
}

export interface AttrValue {
  s?: string | number[];
  f?: number;
  i?: number | string;
  list?: { s?: (string | number[])[]; [other: string]: unknown };
  [other: string]: unknown;
}

export interface GraphDef {
  node: NodeDef[];
  [other: string]: unknown;
}

/** The name of the node behind an input: `^name` is a control edge, `name:1` the second output. */
export const nodeOf = (input: string): string => input.replace(/^\^/, '').replace(/:\d+$/, '');

export const isControl = (input: string): boolean => input.startsWith('^');

/** The inputs of a node that carry data. */
export const dataInputs = (node: NodeDef): string[] => (node.input ?? []).filter((input) => !isControl(input));

/** A string attribute; JSON holds it in base64, or as bytes. */
export function text(value: string | number[]): string {
  return Array.isArray(value) ? String.fromCharCode(...value) : atob(value);
}

export const encoded = (value: string): string => btoa(value);
