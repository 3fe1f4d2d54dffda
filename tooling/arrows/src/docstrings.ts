import type { ExportedSymbol } from './exportedSymbols';

const refuses = /\bthrow\b|\binvalidArgument\(|\brequire[A-Z]\w*\(/;
const tensor = /\b(Tensor\dD|Tensor|Scalar|Variable)\b/;
const gives = /\)\s*:\s*(Promise<)?(Tensor|Scalar|T\b|\[?Tensor)/;
const shape = /\[[^\]]*[a-z0-9…., ][^\]]*\]|\bshape|scalar|\brank\b|any size|vector|matrix|like x|of x|elementwise/i;
const ownership = /\byours\b|\bcaller|\bborrow|\bown(s|ed|er)?\b|dispose/i;

/** A formula or a method that somebody can ask the origin of: a code span that computes. */
const formula = /`[^`\n]*(\s[=≤]\s|[√ΣΦ∫∏⌈^]|max\|)[^`\n]*`/;
const source = /@see|\{@link|\b(19|20)\d\d\b|\b(PyTorch|torch\.|Keras|Clopper)/;

/**
 * What a docstring leaves out: what it is, how it refuses, the shapes of its tensors, whose they are, and where a formula
 * comes from.
 */
export function faultsOf({ kind, doc, signature, body }: ExportedSymbol): string[] {
  if (doc === '') return ['has no docstring'];
  if (kind !== 'function') return [];
  const faults: string[] = [];
  if (refuses.test(body) && !doc.includes('@throws')) faults.push('throws, but has no @throws');
  if (tensor.test(signature) && !shape.test(doc)) faults.push('takes or gives tensors, but names no shape');
  if (gives.test(signature) && !ownership.test(doc)) faults.push('gives a tensor, but does not say whose it is');
  if (formula.test(doc) && !source.test(doc)) faults.push('has a formula, but names no source');
  return faults;
}
