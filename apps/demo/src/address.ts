/** The state that a link carries: its query. Each part of the page owns some keys and leaves the others alone. */
export const queryOf = (search: string = location.search): URLSearchParams => new URLSearchParams(search);

/**
 * Writes `changes` into the address without loading; a key that is `null` is taken out.
 *
 * @param how `push` where the visitor should be able to go back
 */
export function writeQuery(
  changes: Readonly<Record<string, string | null>>,
  how: 'replace' | 'push' = 'replace',
): void {
  const query = queryOf();
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) query.delete(key);
    else query.set(key, value);
  }
  const text = query.toString();
  const address = `${location.pathname}${text === '' ? '' : `?${text}`}${location.hash}`;
  if (how === 'push') history.pushState(null, '', address);
  else history.replaceState(null, '', address);
}
