/** Exports between stacks: who uses which, so that none is taken away or changed under its users. */
import type { StackBook } from '../book.ts';
import type { Draft } from '../draft.ts';
import { resolve } from '../resolve.ts';
import { toScope } from '../scope.ts';
import { isRecord } from '../shape.ts';
import type { StackRecord } from './record.ts';

/** The names of the exports that a stack uses in what its conditions leave of it. */
export function importsOf(draft: Draft): ReadonlySet<string> {
  const scope = toScope(draft.facts, {
    resource: () => undefined,
    exported: () => ({ problem: '' }),
    output: () => ({ problem: '' }),
    problem: () => undefined,
  });
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    if (!isRecord(value)) return;
    if ('Fn::ImportValue' in value) {
      const name = resolve(value['Fn::ImportValue'], '', scope);
      if (typeof name === 'string') found.add(name);
    }
    Object.values(value).forEach(visit);
  };
  for (const { properties } of draft.resources.values()) visit(properties);
  for (const { value } of draft.outputs.values()) visit(value);
  return found;
}

/** The stacks that use an export of a stack. */
export function importersOf(
  book: StackBook,
  exporter: Pick<StackRecord, 'account' | 'region' | 'key'>,
  name: string,
): readonly string[] {
  return [...book.records.all()]
    .filter(
      ({ account, region, key, imports, deletedAt }) =>
        deletedAt === undefined &&
        account === exporter.account &&
        region === exporter.region &&
        key !== exporter.key &&
        imports.has(name),
    )
    .map((record) => record.name)
    .sort();
}
