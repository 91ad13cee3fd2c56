/** What an index keeps of an item. */
import type { Item } from './attribute-value.ts';
import { pick } from './expression/projection.ts';
import { type KeySchema, keyParts } from './key-code.ts';
import type { IndexDefinition } from './table-definition.ts';

/** The names that an index holds; undefined when it holds all. */
export function projectedNames(table: KeySchema, index: IndexDefinition): readonly string[] | undefined {
  if (index.projection.type === 'ALL') return undefined;
  const keys = [...keyParts(table), ...keyParts(index.keys)].map((part) => part.name);
  return [...new Set([...keys, ...index.projection.attributes])];
}

/** An item as an index shows it. */
export function projectedItem(table: KeySchema, index: IndexDefinition, item: Item): Item {
  const names = projectedNames(table, index);
  if (names === undefined) return item;
  const wanted = new Set(names);
  // In the order of the item, like any other answer.
  return pick(
    item,
    [...item.keys()].filter((name) => wanted.has(name)),
  );
}
