/** What an update expression may not do to keys, of the table and of its indexes. */
import type { AttributeValue, Item } from './attribute-value.ts';
import type { Path, Update } from './expression/syntax.ts';
import { keyParts } from './key-code.ts';
import { emptyKind, indexParts, indexTypeMismatch } from './keys.ts';
import { validation } from './refusals.ts';
import type { Table } from './table.ts';

type Values = ReadonlyMap<string, AttributeValue>;

/** Checks the expression against the table before any item is looked at. */
export function checkUpdatePaths(table: Table, update: Update, paths: readonly Path[], values: Values): void {
  for (const { name } of keyParts(table.keys)) {
    if (!paths.some(([first]) => first === name)) continue;
    const problem = `Cannot update attribute ${name}. This attribute is part of the key`;
    throw validation(`One or more parameter values were invalid: ${problem}`);
  }
  if (table.indexes.size === 0) return;
  const written = literals(update, values);
  for (const [index, part] of indexParts(table)) {
    if (paths.some(([first, second]) => first === part.name && second !== undefined)) {
      const rule = "list random access '[]' and map lookup '.' are not allowed";
      throw validation(`Key attributes must be scalars; ${rule}: IndexKey: ${part.name}`);
    }
    const value = written.get(part.name);
    if (value === undefined) continue;
    if (emptyKind(value) !== undefined) throw emptyIndexKey(value);
    if (value.type !== part.type) throw indexTypeMismatch(part, value, index);
  }
}

/** Checks what the update made of the attributes that indexes have as keys. */
export function checkUpdatedIndexKeys(table: Table, before: Item | undefined, after: Item): void {
  for (const [, part] of indexParts(table)) {
    const value = after.get(part.name);
    if (value === undefined || value === before?.get(part.name)) continue;
    if (emptyKind(value) !== undefined) throw emptyIndexKey(value);
    if (value.type === part.type) continue;
    // Literals were refused before, so this value came out of the item.
    throw validation('The update expression attempted to update the secondary index key to unsupported type');
  }
}

/** Values of the request that are written to top-level attributes as they are. */
function literals(update: Update, values: Values): ReadonlyMap<string, AttributeValue> {
  const found = new Map<string, AttributeValue>();
  const note = (path: Path, name: string) => {
    const value = values.get(name);
    if (path.length === 1 && value !== undefined) found.set(String(path[0]), value);
  };
  for (const { path, value } of update.set) if (value.kind === 'value') note(path, value.name);
  for (const { path, value } of update.add) note(path, value);
  return found;
}

function emptyIndexKey(value: AttributeValue): Error {
  const problem =
    'The update expression attempted to update a secondary index key to a value that is not supported. ' +
    `The AttributeValue for a key attribute cannot contain an empty ${emptyKind(value) ?? 'string'} value.`;
  return validation(`One or more parameter values are not valid. ${problem}`);
}
