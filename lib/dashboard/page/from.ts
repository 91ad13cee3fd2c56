/** State that belongs to what is shown, and begins anew with it. */
import { useState } from 'preact/hooks';

/**
 * State that begins anew whenever `key` is another one: within the rendering, since an effect comes a moment
 * later and would undo what the reader has done by then.
 */
export function useFrom<S>(
  key: string,
  begin: (before: S | undefined) => S,
): readonly [S, (state: S) => void] {
  const [kept, setKept] = useState(() => ({ key, state: begin(undefined) }));
  const now = kept.key === key ? kept : { key, state: begin(kept.state) };
  if (now !== kept) setKept(now);
  return [now.state, (state) => setKept({ key, state })];
}
