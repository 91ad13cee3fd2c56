/** Messages that run no code here: those that only wait, those for several takers, those for nobody. */
import { CeleriacError, toWireError } from '../errors.ts';
import type { Arrival } from './arrival.ts';
import type { Step } from './attempt.ts';
import { expiryOf } from './expiry.ts';
import { type Delivery, DONE, type Outcome } from './outcome.ts';

type Arrived<Kind extends Arrival['kind']> = Extract<Arrival, { kind: Kind }>;

/** SQS waits whole seconds; what is due within the next one has waited long enough. */
const DUE_MS = 1_000;

/** Sends a message on from a wait queue when its time has come. */
export async function wait(
  { connection, lease, copies }: Step,
  delivery: Delivery,
  { message }: Arrived<'wait'>,
): Promise<Outcome> {
  const leftMs = (expiryOf(lease.queue, message) ?? 0) - connection.ports.clock.now();
  // It came without the delay of its queue, or sooner than its longest wait at SQS.
  if (leftMs >= DUE_MS) return copies.postpone(message, 0, Math.ceil(leftMs / 1_000));
  await copies.bury(delivery, message, { reason: 'expired', attempt: message.attempt });
  return DONE;
}

/** Gives each of several takers a copy of its own; one that is too old dies once, for all of them. */
export async function split(
  { connection, lease, copies }: Step,
  delivery: Delivery,
  { message, copies: made }: Arrived<'split'>,
): Promise<Outcome> {
  const expiresAt = expiryOf(lease.queue, message);
  if (expiresAt === undefined || expiresAt > connection.ports.clock.now())
    return copies.split(delivery, made);
  connection.ports.log({ level: 'warn', message: 'expired', id: message.id, queue: lease.queue.name });
  if (lease.queue.deadLetterExpired)
    await copies.bury(delivery, message, { reason: 'expired', attempt: message.attempt });
  return DONE;
}

/** Drops what a filter let through because it cannot say more exactly what is meant. */
export function drop({ connection, lease }: Step, { message }: Arrived<'over-matched'>): Outcome {
  const { id, via } = message;
  const about = { id, queue: lease.queue.name, exchange: via?.exchange, routingKey: via?.key };
  connection.ports.log({ level: 'info', message: 'matched by its filter alone', ...about });
  return DONE;
}

/** Puts off a message that is for nobody here: the binding or the exchange may be on its way (a deploy). */
export async function nobody(
  { copies, lease }: Step,
  delivery: Delivery,
  { message, reason }: Arrived<'nobody'>,
): Promise<Outcome> {
  const putOff = await copies.deferUnknown(delivery, message);
  if (putOff !== undefined) return putOff;
  const { exchange, key } = message.via ?? { exchange: '', key: '' };
  const text =
    reason === 'unknown-exchange'
      ? `no worker of this queue has known exchange '${exchange}' for 24 h`
      : `for 24 h nobody in queue '${lease.queue.name}' has been bound to exchange '${exchange}' for ` +
        `routing key '${key}'`;
  const code = reason === 'unknown-exchange' ? 'UNKNOWN_EXCHANGE' : 'UNROUTABLE';
  const error = toWireError(new CeleriacError(code, text), 0);
  await copies.bury(delivery, message, { reason, error, attempt: message.attempt });
  return DONE;
}
