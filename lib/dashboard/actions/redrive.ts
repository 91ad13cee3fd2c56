/**
 * Dead letters sent again. A letter is its message's next generation already (runtime/dead-letter.ts), so it
 * goes out as it lies there, its history in it, and only then is deleted: whoever dies in between has sent a
 * copy too many, which the claim drops where there is a record, and lost none. A destination is always
 * named; SQS's own redrive neither filters nor edits, and does not know where a copy came from.
 */
import { parseMessage, toBody } from '../../core/message.ts';
import { hasSecrets } from '../../define/redact.ts';
import { queueName } from '../../define/resource-name.ts';
import { CeleriacError } from '../../errors.ts';
import type { Taken } from '../../runtime/desk-ports.ts';
import { type DeskContext, found, type NamedQueue } from '../context.ts';
import { toDeadLetter } from '../queries/messages.ts';
import { deadQueuesOf, isAsked } from '../queries/queues.ts';
import { giveBack, lookAt, takeBatches } from '../queries/taken.ts';
import type { DeadLetterRow, Redrive, RedriveAnswer } from '../row.ts';
import { withHidden } from './edited.ts';
import { parseJson } from './runs.ts';

/** How long letters are away while others are looked at. */
const HIDDEN_SECONDS = 120;
/** A look at some hundred letters takes a second or two. */
const ROUNDS_MAX = 5;
const ROUND_MS = 1_000;
/** Of one call; whoever has more calls again. */
const REDRIVEN_MAX = 10_000;
/** What is shown of many. */
const ROWS_MAX = 100;

/** @throws CeleriacError NOT_FOUND, INVALID_REDRIVE, INVALID_INPUT, SEND_FAILED */
export async function redrive(context: DeskContext, asked: Redrive): Promise<RedriveAnswer> {
  const [dead] = deadQueuesOf(context, asked.queue);
  const named = found(dead, 'queue', asked.queue);
  if (asked.to !== undefined) toQueue(context, asked.to);
  if (asked.input !== undefined && asked.ids?.length !== 1) {
    const text = 'another input is for one letter: give its id, and only that, in `ids`';
    throw new CeleriacError('INVALID_REDRIVE', text, { value: asked.ids });
  }
  // Before anything is received: what is taken and cannot be sent is away for minutes.
  if (asked.input !== undefined) parseJson(asked.input, 'input', hasSecrets(context.app));
  if (asked.preview === true) return preview(context, asked, named);
  const kept: Taken[] = [];
  const done: DeadLetterRow[] = [];
  let matched = 0;
  let failure: Outcome | undefined;
  const batches = asked.ids === undefined ? takeBatches : takeRounds(() => kept.length);
  for await (const batch of batches(context, named.queueName, HIDDEN_SECONDS)) {
    const letters = batch.map((taken) => ({ taken, row: toDeadLetter(context, taken, named.queue.name) }));
    const wanted = letters.filter(({ row }) => isWanted(row, asked));
    const outcomes = await Promise.allSettled(wanted.map((letter) => sendAgain(context, asked, letter)));
    const sent = wanted.filter((_, at) => isSent(outcomes[at]));
    if (sent.length > 0) {
      const receipts = sent.map(({ taken }) => taken.receipt);
      await context.ports.queues.remove(named.queueName, receipts);
    }
    kept.push(...letters.filter((letter) => !sent.includes(letter)).map(({ taken }) => taken));
    done.push(...sent.map(({ row }) => row));
    matched += wanted.length;
    failure = outcomes.find((outcome) => !isSent(outcome));
    const enough = matched >= Math.min(REDRIVEN_MAX, asked.ids?.length ?? REDRIVEN_MAX);
    if (enough || failure !== undefined) break;
  }
  await giveBack(context, named.queueName, kept);
  if (failure?.status === 'rejected') throw failure.reason;
  if (failure !== undefined) {
    const { value } = failure;
    const text = `${done.length} of ${matched} dead letters were sent, then one was refused: ${value}`;
    throw new CeleriacError('SEND_FAILED', text, { value });
  }
  return { matched, sent: done.length, rows: done.slice(0, ROWS_MAX) };
}

/** A letter that is asked for by its id may be away while somebody, such as the page, looks at it. */
function takeRounds(keptCount: () => number): typeof takeBatches {
  return async function* (context, queueName, hiddenSeconds) {
    const { admin, clock } = context.ports;
    for (let round = 1; ; round++) {
      yield* takeBatches(context, queueName, hiddenSeconds);
      if (round === ROUNDS_MAX || (await admin.depth(queueName)).inFlight <= keptCount()) return;
      await clock.sleep(ROUND_MS);
    }
  };
}

/** Looks at as many as would be sent. */
async function preview(context: DeskContext, asked: Redrive, named: NamedQueue): Promise<RedriveAnswer> {
  const letters = await lookAt(context, named.queueName, REDRIVEN_MAX);
  const rows = letters.map((letter) => toDeadLetter(context, letter, named.queue.name));
  const wanted = rows.filter((row) => isWanted(row, asked));
  return { matched: wanted.length, sent: 0, rows: wanted.slice(0, ROWS_MAX) };
}

function isWanted(row: DeadLetterRow, { ids, filter = {} }: Redrive): boolean {
  const named = ids?.some((id) => id === row.id || id === row.messageId) ?? true;
  return named && isAsked(row, filter);
}

/** What went wrong with one letter, if anything. */
type Outcome = PromiseSettledResult<string | undefined>;

function isSent(outcome: Outcome | undefined): boolean {
  return outcome?.status === 'fulfilled' && outcome.value === undefined;
}

/** Sends one letter; what went wrong, if anything. */
async function sendAgain(
  context: DeskContext,
  { to, input }: Redrive,
  { taken, row }: { readonly taken: Taken; readonly row: DeadLetterRow },
): Promise<string | undefined> {
  const queue = toQueue(context, to ?? row.queue);
  const body = input === undefined ? taken.body : withInput(context, taken.body, input);
  const group = taken.group ?? 'all';
  const message = queue.ordered ? { body, group, deduplication: `redrive-${taken.messageId}` } : { body };
  const name = queueName(context.app.name, context.stage, queue);
  const [refused] = await context.ports.queues.send(name, [message]);
  return refused === undefined ? undefined : `${refused.code}: ${refused.message}`;
}

/**
 * The same letter with another input, and what was hidden in its own.
 * @throws CeleriacError INVALID_REDRIVE for a body that is no envelope; INVALID_INPUT as `withHidden`
 */
function withInput(context: DeskContext, body: string, input: string): string {
  const parsed = parseMessage(body);
  if (parsed.kind !== 'message') {
    const text = 'this dead letter is no message of Celeriac, so its input cannot be changed';
    throw new CeleriacError('INVALID_REDRIVE', text);
  }
  // What it had is gone, wherever that was: in itself, in the bucket, or a result of a part before it.
  const { blob: _, input: __, workflow, ...message } = parsed.message;
  const { from: ___, ...place } = workflow ?? {};
  const value = parseJson(input, 'input', hasSecrets(context.app));
  const own = value === undefined ? {} : { input: withHidden(context, parsed.message, value) };
  return toBody({ celeriac: 1, ...message, ...own, ...(workflow === undefined ? {} : { workflow: place }) });
}

function toQueue(context: DeskContext, name: string) {
  const { queues } = context.app;
  return found(
    queues.find((queue) => queue.name === name),
    'queue',
    name,
    () => queues.map((queue) => queue.name),
  );
}
