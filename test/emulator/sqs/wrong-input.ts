/**
 * Tables of wrong input, each case with the source of its answer:
 *
 * - recorded: recorded against AWS by LocalStack's validated tests (snapshots of 2022 to 2025)
 * - suite: messages collected from AWS by a public SQS server's test suite
 * - moto: the same by moto
 * - observed: an answer of AWS quoted in a public issue or production code
 * - model, docs: the SDK's model or the developer guide say the rule or the code
 * - assumed: AWS's words are not known; these are ours
 */
import { expect, test } from 'vitest';
import type { Input } from '../../../lib/emulator/service.ts';
import { arnOf, createWorld, refusal, type World } from './world.ts';

/** Operation, input, code, part of the message, source, status if it is not 400. */
export type Case = readonly [string, Input | ((world: World) => Input), string, string, string, number?];

/** Queues for the cases: a standard one, FIFO ones, and dead-letter queues of which one lets nobody in. */
export function createCaseWorld(): World {
  const world = createWorld();
  world.createQueue('plain');
  world.createQueue('small', { MaximumMessageSize: '1024' });
  world.createQueue('ordered.fifo');
  world.createQueue('content.fifo', { ContentBasedDeduplication: 'true' });
  world.createQueue('dlq');
  world.createQueue('closed', { RedriveAllowPolicy: '{"redrivePermission":"denyAll"}' });
  const redrive = { deadLetterTargetArn: arnOf('dlq'), maxReceiveCount: 2 };
  world.createQueue('source', { RedrivePolicy: JSON.stringify(redrive) });
  return world;
}

/** The handle of a message of the queue, received with the given visibility timeout. */
export function handleOf(world: World, url: string, seconds: number): string {
  world.send(url, 'a', url.endsWith('.fifo') ? { MessageGroupId: 'g', MessageDeduplicationId: 'd' } : {});
  const [message] = world.receive(url, { VisibilityTimeout: seconds });
  return message?.ReceiptHandle ?? '';
}

export function testCases(cases: readonly Case[]): void {
  const named = cases.map((entry, index) => ({ title: `${index + 1}. ${entry[0]}: ${entry[3]}`, entry }));
  test.each(named)('$title', ({ entry }) => {
    const [operation, input, code, message, , status = 400] = entry;
    const world = createCaseWorld();
    const given = typeof input === 'function' ? input(world) : input;

    const refused = refusal(() => world.call(operation, given));

    expect(refused).toEqual({ name: code, status, message: expect.stringContaining(message) });
  });
}
