/**
 * Tables of wrong input, each case with the source of its answer: recorded (against AWS, by LocalStack's
 * validated tests of 2024), model (the SDK's model says the rule or the code), docs (the user guide), or
 * assumed (AWS's words are not known; these are ours).
 */
import { expect, test } from 'vitest';
import type { Input } from '../../../lib/emulator/service.ts';
import { busArn, createWorld, queueArn, refusal } from './world.ts';

/** Operation, input, code, the message or a part of it, source. */
export type Case = readonly [string, Input, string, string, string];

export const VALIDATION = 'ValidationException';
export const NOT_FOUND = 'ResourceNotFoundException';
export const EXISTS = 'ResourceAlreadyExistsException';
export const NOT_SERVED = 'NotImplementedException';
export const ARCHIVE = 'arn:aws:events:eu-north-1:123456789012:archive/kept';

/** Calls each operation where there are a bus, a rule with a target, an archive and a replay. */
export function testCases(cases: readonly Case[]): void {
  const named = cases.map((entry, index) => ({
    title: `${index + 1}. ${entry[0]}: ${entry[3].slice(0, 90)}`,
    entry,
  }));
  test.each(named)('$title', ({ entry }) => {
    const [operation, input, code, message] = entry;
    const world = createWorld();
    world.bus('app');
    world.rule('app', 'r', { source: ['shop'] }, { Id: 'q', Arn: queueArn('q') });
    world.rule('default', 'r', { source: ['shop'] });
    world.call('CreateArchive', { ArchiveName: 'kept', EventSourceArn: busArn('app') });
    world.call('StartReplay', {
      ...{ ReplayName: 'taken', EventSourceArn: ARCHIVE, Destination: { Arn: busArn('app') } },
      ...{ EventStartTime: new Date(0), EventEndTime: new Date(1) },
    });

    const refused = refusal(() => world.call(operation, input));

    expect(refused).toEqual({
      name: code,
      status: code === NOT_SERVED ? 501 : 400,
      message: expect.stringContaining(message),
    });
  });
}
