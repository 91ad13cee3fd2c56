/**
 * Tables of wrong input, each case with the source of its answer: recorded (against AWS, by LocalStack's
 * validated tests of 2023 to 2025), model (the SDK's model says the rule or the code), docs (the developer
 * guide), or assumed (AWS's words are not known; these are ours).
 */
import { expect, test } from 'vitest';
import type { Input } from '../../../lib/emulator/service.ts';
import { createWorld, queueArn, refusal, topicArn, type World } from './world.ts';

/** Operation, input, code, the message or a part of it, source, status if it is not 400. */
export type Case = readonly [string, Input | ((world: World) => Input), string, string, string, number?];

export const PARAMETER = 'InvalidParameterException';
export const VALUE = 'InvalidParameterValueException';
export const NOT_SERVED = 'NotImplementedException';
/** The topics of every case, a standard one and a FIFO one. */
export const NEWS = topicArn('news');
export const FIFO = topicArn('orders.fifo');

export function missing(name: string): string {
  return `Invalid parameter: ${name} Reason: no value for required parameter`;
}

export function subscribe(more: Input): Input {
  return { TopicArn: NEWS, Protocol: 'sqs', Endpoint: queueArn('q'), ...more };
}

export function testCases(cases: readonly Case[]): void {
  const named = cases.map((entry, index) => ({
    title: `${index + 1}. ${entry[0]}: ${entry[3].slice(0, 90)}`,
    entry,
  }));
  test.each(named)('$title', ({ entry }) => {
    const [operation, input, code, message, , status = 400] = entry;
    const world = createWorld();
    world.topic('news');
    world.topic('orders.fifo');
    const given = typeof input === 'function' ? input(world) : input;

    const refused = refusal(() => world.call(operation, given));

    expect(refused).toEqual({ name: code, status, message: expect.stringContaining(message) });
  });
}
