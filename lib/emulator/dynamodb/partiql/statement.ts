/**
 * What a PartiQL statement says, in the terms of the expressions: paths, conditions, updates and their
 * values.
 */
import type { AttributeValue, Item } from '../attribute-value.ts';
import type { Condition, Path, Update } from '../expression/syntax.ts';

export type Returning = 'ALL OLD' | 'ALL NEW' | 'MODIFIED OLD' | 'MODIFIED NEW';

interface Common {
  readonly table: string;
  readonly values: ReadonlyMap<string, AttributeValue>;
  readonly where: Condition | undefined;
}

export type Statement =
  | { readonly kind: 'insert'; readonly table: string; readonly item: Item }
  | (Common & {
      readonly kind: 'update';
      readonly update: Update;
      readonly paths: readonly Path[];
      readonly returning: Returning | undefined;
    })
  | (Common & { readonly kind: 'delete'; readonly returning: Returning | undefined })
  | (Common & {
      readonly kind: 'select';
      readonly index: string | undefined;
      /** Undefined is `*`. */
      readonly paths: readonly Path[] | undefined;
      readonly descending: boolean | undefined;
    });
