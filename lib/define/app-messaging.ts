/** What is wrong with the messaging of an app and shows only where its definitions meet. */
import { fromMilliseconds } from '../core/duration.ts';
import { DELAY_MS_MAX } from '../core/limits.ts';
import type { Problem } from '../errors.ts';
import type { App } from './app.ts';
import { orderProblems, overlapProblems } from './app-order.ts';
import type { AnyExchange } from './exchange.ts';
import type { Queue } from './queue.ts';
import { type Entrance, entrancesOf } from './transport.ts';
import { isWaitQueue } from './work.ts';

/** The problems of exchanges, bindings, consumers and queues among each other. */
export function messagesProblems(app: App): readonly Problem[] {
  const alone = [...app.bindings, ...app.exchanges].flatMap((part) => part.problems);
  const problems = [
    ...app.exchanges.flatMap((exchange) => exchangeProblems(app, exchange)),
    ...app.queues.flatMap((queue) => [...deadLetterProblems(queue), ...waitProblems(app, queue)]),
  ];
  // What is no exchange, or no pattern, leads nowhere that could be looked at.
  if (alone.length > 0 || app.exchanges.length === 0) return problems;
  const entrances = entrancesOf(app);
  return [
    ...problems,
    ...orderProblems(app),
    ...entrances.problems,
    ...overlapProblems(app, entrances.entrances),
    ...entrances.entrances.flatMap(fairnessProblems),
  ];
}

function exchangeProblems(app: App, exchange: AnyExchange): Problem[] {
  const { name, alternate, internal } = exchange;
  const path = `exchanges.${name}`;
  const problems: Problem[] = [];
  // Only a caller without types gives something else.
  if (alternate !== undefined && alternate?.kind !== 'exchange') {
    const message = `exchange '${name}': alternate is no exchange; give a defineExchange value`;
    problems.push({ code: 'INVALID_ALTERNATE', path: `${path}.alternate`, message });
  }
  const entered = app.exchanges.some((other) => other.alternate === exchange);
  if (internal && exchange.archiveDays !== undefined && !entered) {
    const message =
      `exchange '${name}' is internal, so messages enter at the exchanges that lead to it and its archive ` +
      'would stay empty; set archive there, or drop internal';
    problems.push({ code: 'ARCHIVE_OF_INTERNAL', path: `${path}.archive`, message });
  }
  return problems;
}

function deadLetterProblems(queue: Queue): Problem[] {
  const target = queue.deadLetterTo?.();
  if (queue.deadLetterTo === undefined) return [];
  const path = `queues.${queue.name}.deadLetter.to`;
  if (target?.kind !== 'queue' && target?.kind !== 'exchange') {
    const message =
      `queue '${queue.name}': deadLetter.to leads to no queue or exchange; give a defineQueue or ` +
      'defineExchange value, or a function that returns one';
    return [{ code: 'INVALID_DEAD_LETTER_TARGET', path, message }];
  }
  return [];
}

function waitProblems(app: App, queue: Queue): Problem[] {
  const { name, expiresMs } = queue;
  if (!isWaitQueue(app, queue) || expiresMs === undefined || expiresMs <= DELAY_MS_MAX) return [];
  const message =
    `queue '${name}' has deadLetter.to and nothing that takes its messages, so each waits there for ` +
    `'${fromMilliseconds(expiresMs)}'; SQS delays at most '15m'; set expires: '15m', or give it a consumer`;
  return [{ code: 'WAIT_TOO_LONG', path: `queues.${name}.expires`, message }];
}

/** A message of an exchange belongs to one group, whichever queue asks for it. */
function fairnessProblems({ exchange, transport, routes }: Entrance): Problem[] {
  const fair = routes.map(({ queue }) => queue).filter((queue) => queue.fairBy !== undefined);
  const [first] = fair;
  if (transport === 'eventbridge') {
    return fair.map((queue) => ({
      code: 'FAIR_OVER_EVENTBRIDGE',
      path: `queues.${queue.name}.fairBy`,
      message:
        `exchange '${exchange.name}' reaches queue '${queue.name}' over EventBridge, which gives messages ` +
        "no group of their own; set transport: 'sns' on the exchange, or drop fairBy",
    }));
  }
  return fair
    .filter((queue) => queue.fairBy !== first?.fairBy)
    .map((queue) => ({
      code: 'FAIR_BY_DISAGREES',
      path: `queues.${queue.name}.fairBy`,
      message:
        `exchange '${exchange.name}' reaches queues '${first?.name}' and '${queue.name}', whose fairBy are ` +
        'two functions, and SNS takes one group a message; give both the same function',
    }));
}
