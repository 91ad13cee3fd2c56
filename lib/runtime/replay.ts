/** Replays of what an exchange has archived. */
import { newId } from '../core/id.ts';
import type { Client, ReplayOptions } from '../define/client.ts';
import type { AnyExchange } from '../define/exchange.ts';
import { queueName } from '../define/resource-name.ts';
import { SendError } from '../errors.ts';
import type { Connection } from './client.ts';

/** `client.replay`. EventBridge archives a message up to some minutes after it was published. */
export function createReplay(shared: Connection): Client['replay'] {
  return async (exchange, options) => {
    const { space, ports, carriers } = shared;
    const archive = carriers.archiveOf(exchange.name);
    if (archive === undefined || ports.buses === undefined) throw notArchived(exchange);
    const { from, to = new Date(ports.clock.now()), queue } = options;
    if (queue !== undefined && !carriers.brings(exchange.name, queue.name))
      throw notBound(exchange, queue.name);
    checkTimes(exchange, from, to);
    const replayName = newId(space, ports.clock.now(), ports.chance);
    const { archiveName, busName } = archive;
    const queueNames = queue === undefined ? {} : { queueNames: [queueName(space.app, space.stage, queue)] };
    const request = { busName, archiveName, replayName, from, to, ...queueNames };
    try {
      return { replayId: await ports.buses.replay(request) };
    } catch (cause) {
      throw refused(exchange, cause);
    }
  };
}

function checkTimes(exchange: AnyExchange, from: Date, to: NonNullable<ReplayOptions['to']>): void {
  // Of an invalid date nothing is true.
  if (from.getTime() < to.getTime()) return;
  const text = `exchange '${exchange.name}' is not replayed from ${from} to ${to}; give two times in order`;
  throw new SendError('REPLAY_REFUSED', text, { value: { from, to } });
}

function notArchived({ name }: AnyExchange): SendError {
  const text =
    `exchange '${name}' keeps no archive; define it with archive: '30d', and what is published after ` +
    'the next deploy can be replayed';
  return new SendError('REPLAY_NOT_ARCHIVED', text, { value: name });
}

function notBound({ name }: AnyExchange, queue: string): SendError {
  const text = `queue '${queue}' is not bound to exchange '${name}', so there is nothing to replay to it`;
  return new SendError('REPLAY_NOT_BOUND', text, { value: queue });
}

function refused({ name }: AnyExchange, cause: unknown): SendError {
  const [code, message] = cause instanceof Error ? [cause.name, cause.message] : ['UNKNOWN', String(cause)];
  const text = `EventBridge refused to replay exchange '${name}': ${code}: ${message}`;
  return new SendError('REPLAY_REFUSED', text, { value: code, cause });
}
