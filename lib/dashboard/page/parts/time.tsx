/** A point in time, in the reader's zone; the distance to now is in its title. */
import { toDistance, toTime } from '../text.ts';

export function Time({ at }: { readonly at: number | undefined }) {
  if (at === undefined) return null;
  const date = new Date(at);
  return (
    <time dateTime={date.toISOString()} title={`${toDistance(at)} · ${date.toISOString()}`}>
      {toTime(at)}
    </time>
  );
}
