/**
 * An app whose tasks are careless with what they are given: they log it, return it and quote it in errors.
 * `pay` names its secrets and `tell` does the same without: what is found of `tell` shows that a search would
 * have found it of `pay`.
 */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import {
  bind,
  type Context,
  defineApp,
  defineExchange,
  defineQueue,
  defineTask,
  fixed,
  RejectError,
} from '#lib';

export interface Payment {
  readonly card: string;
  readonly mode: 'pays' | 'fails' | 'fails once' | 'rejects' | 'waits';
}

/** What a run gives back, of which the token is as secret as the card. */
export interface Receipt {
  readonly token: string;
}

const MODES = ['pays', 'fails', 'fails once', 'rejects', 'waits'];

/** A schema that quotes what it refuses. */
const payment: StandardSchemaV1<Payment> = {
  '~standard': {
    version: 1,
    vendor: 'vault',
    validate(value) {
      // Each member is looked at before anybody relies on it.
      const given = Object(value) as Partial<Payment>;
      return typeof given.card === 'string' && MODES.includes(given.mode ?? '')
        ? { value: { card: given.card, mode: given.mode ?? 'pays' } as Payment }
        : { issues: [{ message: `${JSON.stringify(value)} is no payment` }] };
    },
  },
};

async function handle({ card, mode }: Payment, context: Context): Promise<Receipt> {
  const { attempt, headers, log, progress, sleep } = context;
  log.info(`takes ${card}`, { headers });
  progress({ card });
  if (mode === 'rejects') throw new RejectError(`the card ${card} is stolen`);
  if (mode === 'fails' || (mode === 'fails once' && attempt === 1))
    throw new Error(`POST https://bank.test/?card=${encodeURIComponent(card)} ${headers.authorization}`, {
      cause: new Error(`${headers['x-pin']} is not the pin of ${card}`),
    });
  if (mode === 'waits') await sleep('5s');
  return { token: tokenOf(card) };
}

/** A token that is made of a card, and does not show it. */
export function tokenOf(card: string): string {
  return `token-${Buffer.from(card).toString('hex')}`;
}

const retry = { attempts: 2, backoff: fixed('1s') } as const;
const hidden = { retry, redact: ['card', 'token'] } as const;

export const secretQueue = defineQueue('secret');
export const openQueue = defineQueue('open');
const ordered = defineQueue('ordered', { ordered: true });

export const pay = defineTask('pay', { ...hidden, queue: secretQueue, input: payment, run: handle });
export const tell = defineTask('tell', { retry, queue: openQueue, input: payment, run: handle });
/** Goes through `later` when it is delayed. */
export const inTurn = defineTask('in-turn', { ...hidden, queue: ordered, input: payment, run: handle });
/** A step of a chain: its secret is what the step before has returned. */
export const check = defineTask('check', {
  ...hidden,
  queue: secretQueue,
  run({ token }: Receipt): void {
    throw new Error(`the token ${token} is not known`);
  },
});
export const payments = defineExchange('payments', { type: 'direct', messages: payment });

export const vault = defineApp('vault', {
  tasks: [pay, tell, inTurn, check],
  bindings: [bind(payments, 'card', pay)],
  runtimeSchedules: true,
  redactHeaders: ['X-Pin'],
});
