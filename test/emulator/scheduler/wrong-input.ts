/**
 * What EventBridge Scheduler refuses, in its words as far as they are known. The last column says whence:
 * `recorded` from the real service in public, `model` from the API's own constraints in the words of AWS's
 * framework, `docs` from its guides; the rest is `assumed`.
 */
import { expect, test } from 'vitest';
import type { Input } from '../../../lib/emulator/service.ts';
import { createWorld, queueArn, refusal, toSchedule, toTarget } from './world.ts';

export type Case = readonly [
  operation: string,
  input: Input,
  code: string,
  message: string,
  source: 'recorded' | 'model' | 'docs' | 'assumed',
];

export const VALIDATION = 'ValidationException';
export const NOT_FOUND = 'ResourceNotFoundException';
export const CONFLICT = 'ConflictException';
export const NOT_SERVED = 'NotImplementedException';
const STATUS: Readonly<Record<string, number>> = {
  [VALIDATION]: 400,
  [NOT_FOUND]: 404,
  [CONFLICT]: 409,
  [NOT_SERVED]: 501,
};

/** A schedule of a name that is free. */
export function schedule(more: Input): Input {
  return { ...toSchedule('rate(1 hour)'), Name: 'new', ...more };
}

export function expression(ScheduleExpression: string): Input {
  return schedule({ ScheduleExpression });
}

export function target(more: Input, arn = queueArn('q')): Input {
  return schedule({ Target: toTarget(arn, more) });
}

/** Makes a test of each case, in a world with the schedule 's'. */
export function testCases(cases: readonly Case[]): void {
  const named = cases.map((entry, index) => ({ title: `${index + 1}. ${entry[0]}: ${entry[3]}`, entry }));
  test.each(named)('$title', ({ entry }) => {
    const [operation, input, code, message] = entry;
    const world = createWorld();
    world.schedule('rate(1 hour)');

    const refused = refusal(() => world.call(operation, input));

    expect(refused).toEqual({
      name: code,
      status: STATUS[code],
      message: expect.stringContaining(message),
    });
  });
}
