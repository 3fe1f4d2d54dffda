import type { ExportedSymbol } from './exportedSymbols';

const refuses = /\bthrow\b|\binvalidArgument\(|\brequire[A-Z]\w*\(/;
const tensor = /\b(Tensor\dD|Tensor|Scalar|Variable)\b/;
const gives = /\)\s*:\s*(Promise<)?(Tensor|Scalar|T\b|\[?Tensor)/;
const shape = /\[[^\]]*[a-z0-9…., ][^\]]*\]|\bshape|scalar|\brank\b|any size|vector|matrix|like x|of x|elementwise/i;
const ownership = /\byours\b|\bcaller|\bborrow|\bown(s|ed|er)?\b|dispose/i;

/** What a docstring leaves out: what it is, how it refuses, the shapes of its tensors, and whose they are. */
export function faultsOf({ kind, doc, signature, body }: ExportedSymbol): string[] {
  if (doc === '') return ['has no docstring'];
  if (kind !== 'function') return [];
  const faults: string[] = [];
  if (refuses.test(body) && !doc.includes('@throws')) faults.push('throws, but has no @throws');
  if (tensor.test(signature) && !shape.test(doc)) faults.push('takes or gives tensors, but names no shape');
  if (gives.test(signature) && !ownership.test(doc)) faults.push('gives a tensor, but does not say whose it is');
  return faults;
}
