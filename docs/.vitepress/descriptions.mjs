/** What a search engine shows of a page: its first paragraph, without markup; the site's own description where it has none. */
export function descriptionOf(source) {
  const text = source.replace(/^---\n[\s\S]*?\n---\n/, '');
  const first = text
    .split(/\n{2,}/)
    .map((part) => part.trim())
    .find((part) => part && !/^(#|```|\||<|\$\$|- |\d+\. |!|:::|\*Measured)/.test(part));
  const plain = first
    ?.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[*`$]|\\[a-z]+/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return plain && plain.length > 20 ? plain.slice(0, 200) : undefined;
}
