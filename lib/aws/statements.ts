/**
 * Conditional writes that share calls. DynamoDB's BatchWriteItem knows no conditions, and a transaction costs
 * twice as much and fails as a whole; BatchExecuteStatement takes up to 25 statements of PartiQL, each with a
 * condition and an answer of its own, at the price of single writes. So what a batch of messages claims or
 * completes in the same moment is one call and not ten.
 *
 * It is a short cut and no more: what it does not say to be done (a condition that failed, a throttled
 * statement, a lost answer) its caller writes once more by itself, and that answer counts. For the same
 * reason a write that is alone does not come here.
 *
 * What does not share a call: writes that come at different moments. To wait for others would cost every
 * result some milliseconds, whether others come or not.
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Call } from './call.ts';
import type { Item, Key } from './run-item.ts';
import type { Update } from './updates.ts';

/** One statement, and the item that it writes. */
export interface Statement {
  readonly key: string;
  readonly text: string;
  readonly parameters: readonly AttributeValue[];
}

/** Whether the statement has certainly been carried out; false: nobody knows. Never rejects. */
export type Execute = (statement: Statement) => Promise<boolean>;

/** DynamoDB: statements of one call. */
const STATEMENTS_MAX = 25;
/** No limit of a call's size is documented; results that are larger go by themselves. */
const STATEMENT_BYTES_MAX = 16_384;
/** The writes of a batch come within the same few steps, some a little later than others (their schemas). */
const STEPS = 16;
/** Refusals after which no statement of this process is tried: its role, or its endpoint, knows none. */
const FOR_GOOD = /AccessDenied|Validation|UnknownOperation|NotImplemented|UnrecognizedClient/;

interface Waiting {
  readonly statement: Statement;
  readonly resolve: (done: boolean) => void;
}

export function createStatements(call: Call): Execute {
  let waiting: Waiting[] = [];
  let isOff = false;

  async function gather(): Promise<void> {
    for (let steps = 0; steps < STEPS; steps++) await undefined;
    const gathered = waiting;
    waiting = [];
    for (let start = 0; start < gathered.length; start += STATEMENTS_MAX)
      void send(gathered.slice(start, start + STATEMENTS_MAX));
  }

  async function send(batch: readonly Waiting[]): Promise<void> {
    if (batch.length === 1 || isOff) return settle(batch, () => false);
    try {
      const Statements = batch.map(({ statement: { text, parameters } }) => ({
        Statement: text,
        Parameters: [...parameters],
      }));
      const { Responses = [] } = await call('dynamodb', 'BatchExecuteStatement', { Statements });
      const codes = Responses.map(({ Error: error }) => error?.Code);
      isOff = codes.some((code) => code !== undefined && FOR_GOOD.test(code));
      settle(batch, (index) => index < codes.length && codes[index] === undefined);
    } catch (error) {
      isOff = error instanceof Error && FOR_GOOD.test(error.name);
      settle(batch, () => false);
    }
  }

  return (statement) => {
    const isLarge = statement.parameters.some(({ S = '' }) => S.length > STATEMENT_BYTES_MAX);
    // Two writes of one item in one call: which comes first is not said.
    const isBusy = waiting.some((other) => other.statement.key === statement.key);
    if (isOff || isLarge || isBusy) return Promise.resolve(false);
    return new Promise((resolve) => {
      waiting.push({ statement, resolve });
      if (waiting.length === 1) void gather();
    });
  };
}

function settle(batch: readonly Waiting[], done: (index: number) => boolean): void {
  for (const [index, { resolve }] of batch.entries()) resolve(done(index));
}

/** Puts an item where there is none. */
export function insertion(tableName: string, key: Key, item: Item): Statement {
  const names = Object.entries({ ...key, ...item });
  const members = names.map(([name]) => `'${name}': ?`).join(', ');
  const text = `INSERT INTO "${tableName}" VALUE {${members}}`;
  return { key: key.pk.S, text, parameters: names.map(([, value]) => value) };
}

/**
 * Changes an item that is there. Its update sets attributes to values and to nothing else, and takes away
 * only what is there; `where` is compared by equality.
 */
export function change(tableName: string, key: Key, update: Update, where: Item): Statement {
  const set = update.set.flatMap((clause) => clause.split(', ')).map((clause) => clause.split(' = '));
  const removed = (update.remove ?? []).map((name) => ` REMOVE "${name.slice(1)}"`).join('');
  const wanted = Object.entries({ ...key, ...where });
  const text =
    `UPDATE "${tableName}" SET ${set.map(([name = '']) => `"${name.slice(1)}" = ?`).join(', ')}${removed} ` +
    `WHERE ${wanted.map(([name]) => `"${name}" = ?`).join(' AND ')}`;
  const values = set.flatMap(([, value = '']) => update.values[value] ?? []);
  return { key: key.pk.S, text, parameters: [...values, ...wanted.map(([, value]) => value)] };
}
