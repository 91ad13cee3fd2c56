/** What tests of the worker do to a simulation besides what its interface offers. */
import type { Queue } from '#lib';
import type { Simulation } from '#lib/testing';
import { deadLetterQueueName, queueName } from '../../lib/define/resource-name.ts';
import type { MessageSnapshot } from '../../lib/emulator/sqs/sqs.ts';

/** The app of all these tests is called shop, its stage dev. */
const APP = 'shop';
const STAGE = 'dev';

/** Puts a body into a queue as somebody else would, without the client. */
export async function put(sim: Simulation, queue: Queue, body: unknown, group = 'all'): Promise<void> {
  await sim.settle();
  await send(sim, queueName(APP, STAGE, queue), body, queue.ordered ? group : undefined);
}

/** Puts a body into a dead-letter queue. */
export async function bury(sim: Simulation, queue: Queue, body: unknown): Promise<void> {
  await sim.settle();
  await send(sim, deadLetterQueueName(APP, STAGE, queue), body, queue.ordered ? 'all' : undefined);
}

/** The messages that lie in a queue. */
export function messagesOf(sim: Simulation, queue: Queue): readonly MessageSnapshot[] {
  return snapshot(sim, queueName(APP, STAGE, queue));
}

/** The envelope of a message that lies in a queue, or is being worked off. */
export function envelopeOf(sim: Simulation, queue: Queue, id: string): Readonly<Record<string, unknown>> {
  const envelopes = messagesOf(sim, queue).map(({ body }) => JSON.parse(body));
  return envelopes.find((found) => found.id === id) ?? {};
}

/** The bodies that lie in a dead-letter queue, as they are. */
export function deadBodies(sim: Simulation, queue: Queue): readonly string[] {
  return snapshot(sim, deadLetterQueueName(APP, STAGE, queue)).map(({ body }) => body);
}

/** The worker's process dies, as by a kill: everything that it had received comes back later. */
export function killWorker(sim: Simulation, queue: Queue): void {
  sim.emulator.services.lambda.kill(`${APP}-${queue.name}-worker`);
  sim.machine()?.kill();
}

/** How many calls of an operation clients and workers have made, or Lambda for them. */
export function callsOf(sim: Simulation, operation: string, source: 'client' | 'lambda' = 'client'): number {
  return sim.emulator.calls(source).find((count) => count.operation === operation)?.calls ?? 0;
}

/** An envelope as a client would write it; `more` overrides its members. */
export function envelope(id: string, task: string, more: Readonly<Record<string, unknown>> = {}): object {
  return { celeriac: 1, id, task, sentAt: Date.parse('2026-01-01T00:00:00Z'), ...more };
}

/** An envelope as a publisher would write it; `more` overrides its members. */
export function published(
  id: string,
  exchange: string,
  key: string,
  more: Readonly<Record<string, unknown>> = {},
): object {
  return { celeriac: 1, id, via: { exchange, key }, sentAt: Date.parse('2026-01-01T00:00:00Z'), ...more };
}

/** Sends to a queue as a program that knows nothing of envelopes: a text, with SQS's message attributes. */
export async function sendRaw(
  sim: Simulation,
  queue: Queue,
  body: string,
  attributes: object,
): Promise<void> {
  await sim.settle();
  const { QueueUrl } = await sim.emulator.call('sqs', 'GetQueueUrl', {
    QueueName: queueName(APP, STAGE, queue),
  });
  const group = queue.ordered ? { MessageGroupId: 'all' } : {};
  const input = { QueueUrl, MessageBody: body, MessageAttributes: attributes, ...group };
  await sim.emulator.call('sqs', 'SendMessage', input);
}

function snapshot(sim: Simulation, name: string): readonly MessageSnapshot[] {
  return sim.emulator.services.sqs.snapshot().find((queue) => queue.name === name)?.messages ?? [];
}

async function send(sim: Simulation, name: string, body: unknown, group: string | undefined): Promise<void> {
  const { QueueUrl } = await sim.emulator.call('sqs', 'GetQueueUrl', { QueueName: name });
  await sim.emulator.call('sqs', 'SendMessage', {
    QueueUrl,
    MessageBody: typeof body === 'string' ? body : JSON.stringify(body),
    ...(group === undefined ? {} : { MessageGroupId: group }),
  });
}
