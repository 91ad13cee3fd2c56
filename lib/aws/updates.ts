/**
 * Conditional updates of single items, as all our stores make them: what was written comes back, or the item
 * that refused it.
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { CeleriacError } from '../errors.ts';
import type { Call } from './call.ts';
import type { Item, Key, Values } from './run-item.ts';

/** What an update sets, takes away, and needs for it. */
export interface Update {
  readonly set: readonly string[];
  readonly remove?: readonly string[];
  readonly values: Values;
}

export type Written =
  /** The attributes that were set. */
  | { readonly kind: 'written'; readonly item: Item }
  /** The whole item as it is. */
  | { readonly kind: 'refused'; readonly item: Item };

export type Updates = (key: Key, update: Update, condition: string) => Promise<Written>;

/** Updates of a table's items. */
export function createUpdates(call: Call, tableName: string): Updates {
  return async (key, update, condition) => {
    const remove = (update.remove ?? []).length > 0 ? ` REMOVE ${update.remove?.join(', ')}` : '';
    const expression = `SET ${update.set.join(', ')}${remove}`;
    const words = wordsOf(`${expression} ${condition}`);
    try {
      const answer = await call('dynamodb', 'UpdateItem', {
        TableName: tableName,
        Key: { ...key },
        UpdateExpression: expression,
        ConditionExpression: condition,
        ExpressionAttributeNames: words.names,
        ExpressionAttributeValues: Object.fromEntries(
          words.values.map((name) => [name, given(update.values, name)]),
        ),
        // What was updated is what the caller looks at; the rest of the item, a result perhaps, stays where
        // it is.
        ReturnValues: 'UPDATED_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      return { kind: 'written', item: answer.Attributes ?? {} };
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      return { kind: 'refused', item: error.Item ?? {} };
    }
  };
}

interface Words {
  readonly names: Record<string, string>;
  readonly values: readonly string[];
}

/**
 * The expressions of our stores are few and their texts do not depend on data, so each is looked through
 * once.
 */
const WORDS = new Map<string, Words>();

/** The names and values that an expression uses; DynamoDB refuses any that it does not. */
function wordsOf(expression: string): Words {
  const known = WORDS.get(expression);
  if (known !== undefined) return known;
  const names = expression.match(/#[A-Za-z]+/g) ?? [];
  const words = {
    // Attributes go by a name of their own throughout, since several (state, result, error, owner) are
    // DynamoDB's words.
    names: Object.fromEntries(names.map((name) => [name, name.slice(1)])),
    values: [...new Set(expression.match(/:[A-Za-z]+/g) ?? [])],
  };
  WORDS.set(expression, words);
  return words;
}

function given(values: Values, name: string): AttributeValue {
  const value = values[name];
  if (value === undefined)
    throw new CeleriacError('MISSING_VALUE', `an expression uses ${name}, which it was not given`);
  return value;
}

/** Whether a write was refused by its own condition; `Item` is there where the call has asked for it. */
export function isConditionFailure(error: unknown): error is Error & { readonly Item?: Item } {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}
