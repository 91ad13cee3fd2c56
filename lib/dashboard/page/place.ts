/** Where one is in the page: the part of the address after `#`, such as `#/runs?state=FAILURE`. */

export interface Place {
  /** The names between the slashes, decoded. */
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

export type Query = Readonly<Record<string, string | undefined>>;

export function parsePlace(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split(/\?(.*)/s);
  return {
    path: path
      .split('/')
      .filter((part) => part !== '')
      .map(decoded),
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}

export function toHash(path: readonly string[], query: Query = {}): string {
  const words = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const written = words.length === 0 ? '' : `?${new URLSearchParams(words)}`;
  return `#/${path.map(encodeURIComponent).join('/')}${written}`;
}

/** A percent sign that somebody typed is no reason to show nothing. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
