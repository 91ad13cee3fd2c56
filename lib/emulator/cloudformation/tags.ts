/** Tags, which templates write as a list of pairs and most services take as a map. */
import { list, record, required, type Shape, text, type ValueOf } from './shape.ts';

const PAIR = record({ Key: required(text()), Value: required(text()) });
export const TAGS: Shape<readonly ValueOf<typeof PAIR>[]> = list(PAIR);

type Pairs = ValueOf<typeof TAGS>;

export function toTagMap(tags: Pairs | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries((tags ?? []).map((tag) => [tag.Key, tag.Value]));
}

/** What a change of tags asks a service to do. */
export function toTagChange(
  before: Pairs | undefined,
  after: Pairs | undefined,
): { readonly set: Readonly<Record<string, string>>; readonly unset: readonly string[] } {
  const old = toTagMap(before);
  const now = toTagMap(after);
  return {
    set: Object.fromEntries(Object.entries(now).filter(([key, value]) => old[key] !== value)),
    unset: Object.keys(old).filter((key) => !Object.hasOwn(now, key)),
  };
}
