/** Going to another place in the page, and following where the reader goes. */
import { useEffect, useState } from 'preact/hooks';
import { type Place, parsePlace, type Query, toHash } from './place.ts';

export function goTo(path: readonly string[], query: Query = {}): void {
  location.hash = toHash(path, query);
}

/**
 * Changes the query only, and leaves no step in the history: a filter is no other page. It begins with the
 * query as it is now, since a search that was typed comes a moment later than a choice after it.
 */
export function refine(query: Query): void {
  const place = parsePlace(location.hash);
  const hash = toHash(place.path, { ...place.query, ...query });
  if (hash === location.hash) return;
  history.replaceState(null, '', hash);
  dispatchEvent(new HashChangeEvent('hashchange'));
}

export function usePlace(): Place {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    addEventListener('hashchange', follow);
    // It may have changed since the page was drawn.
    follow();
    return () => removeEventListener('hashchange', follow);
  }, []);
  return parsePlace(hash);
}
