import { expect, test } from 'vitest';
import type { Input } from '../../../lib/emulator/service.ts';
import { busArn, createWorld } from './world.ts';
import { ARCHIVE, EXISTS, NOT_FOUND, NOT_SERVED, testCases, VALIDATION } from './wrong-input.ts';

const ENTRY = { Source: 'shop', DetailType: 'order', Detail: '{}' };

function entries(count: number, more: Input = {}): Input {
  return { Entries: Array.from({ length: count }, () => ({ ...ENTRY, ...more })) };
}
function replay(more: Input): Input {
  return {
    ...{ ReplayName: 'new', EventSourceArn: ARCHIVE, Destination: { Arn: busArn('app') } },
    ...{ EventStartTime: new Date(0), EventEndTime: new Date(1) },
    ...more,
  };
}
function archive(more: Input): Input {
  return { ArchiveName: 'new', EventSourceArn: busArn('app'), ...more };
}

const MEBIBYTE = 1_048_576;
const DEEP = `${'['.repeat(1_000)}${']'.repeat(1_000)}`;
const OVER = 'Total size of the entries in the request is over the limit.';

testCases([
  ['PutEvents', { Entries: [] }, VALIDATION, "at 'entries' failed to satisfy constraint", 'model'],
  ['PutEvents', entries(11), VALIDATION, 'Member must have length less than or equal to 10', 'recorded'],
  ['PutEvents', entries(1, { Detail: `"${'x'.repeat(MEBIBYTE)}"` }), VALIDATION, OVER, 'recorded'],
  ['PutEvents', entries(10, { Detail: `{"a":"${'x'.repeat(104_900)}"}` }), VALIDATION, OVER, 'recorded'],
  ['PutEvents', { ...entries(1), EndpointId: 'a.veo' }, NOT_SERVED, 'PutEvents with EndpointId', 'assumed'],
  [
    'TestEventPattern',
    { EventPattern: '{}', Event: '{}' },
    'InvalidEventPatternException',
    'Reason:',
    'recorded',
  ],
  [
    'TestEventPattern',
    { EventPattern: '{"source":["a"]}', Event: 'x' },
    VALIDATION,
    'Parameter Event is not valid. Reason: Event is not a valid JSON object.',
    'assumed',
  ],
  [
    'TestEventPattern',
    { EventPattern: '{"source":["a"]}', Event: '{"id":"1"}' },
    VALIDATION,
    'Event must contain the field detail-type.',
    'model',
  ],
  ['CreateArchive', archive({ ArchiveName: 'kept' }), EXISTS, 'Archive kept already exists.', 'recorded'],
  [
    'CreateArchive',
    archive({ ArchiveName: 'x'.repeat(49) }),
    VALIDATION,
    'less than or equal to 48',
    'model',
  ],
  ['CreateArchive', archive({ EventSourceArn: busArn('x') }), NOT_FOUND, 'Event bus x does not', 'recorded'],
  ['CreateArchive', archive({ RetentionDays: -1 }), VALIDATION, 'greater than or equal to 0', 'model'],
  ['CreateArchive', archive({ EventPattern: '{' }), 'InvalidEventPatternException', 'Reason:', 'model'],
  ['DescribeArchive', { ArchiveName: 'x' }, NOT_FOUND, 'Archive x does not exist.', 'recorded'],
  ['UpdateArchive', { ArchiveName: 'x' }, NOT_FOUND, 'Archive x does not exist.', 'model'],
  ['DeleteArchive', { ArchiveName: 'x' }, NOT_FOUND, 'Archive x does not exist.', 'recorded'],
  ['ListArchives', { EventSourceArn: busArn('x') }, NOT_FOUND, 'Event bus x does not exist.', 'recorded'],
  [
    'ListArchives',
    { NamePrefix: 'a', State: 'ENABLED' },
    VALIDATION,
    'At most one filter is allowed',
    'recorded',
  ],
  ['StartReplay', replay({ ReplayName: 'taken' }), EXISTS, 'Replay taken already exists.', 'recorded'],
  [
    'StartReplay',
    replay({ EventEndTime: new Date(0) }),
    VALIDATION,
    'EventStartTime must be before',
    'recorded',
  ],
  ['StartReplay', replay({ EventEndTime: undefined }), VALIDATION, "null at 'eventEndTime' failed", 'model'],
  ['StartReplay', replay({ Destination: undefined }), VALIDATION, "null at 'destination' failed", 'model'],
  [
    'StartReplay',
    replay({ Destination: { Arn: busArn('x') } }),
    NOT_FOUND,
    'Event bus x does not',
    'recorded',
  ],
  [
    'StartReplay',
    replay({ Destination: { Arn: busArn('default') } }),
    VALIDATION,
    'Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted.',
    'recorded',
  ],
  [
    'StartReplay',
    replay({ EventSourceArn: `${ARCHIVE}x` }),
    VALIDATION,
    'Parameter EventSourceArn is not valid. Reason: Archive keptx does not exist.',
    'recorded',
  ],
  ['DescribeReplay', { ReplayName: 'x' }, NOT_FOUND, 'Replay x does not exist.', 'recorded'],
  ['CancelReplay', { ReplayName: 'x' }, NOT_FOUND, 'Replay x does not exist.', 'recorded'],
  ['ListReplays', { NamePrefix: 'a', EventSourceArn: ARCHIVE }, VALIDATION, 'At most one filter', 'assumed'],
]);

test.each([
  [
    { Source: undefined },
    'InvalidArgument',
    'Parameter Source is not valid. Reason: Source is a required argument.',
  ],
  [
    { Source: '' },
    'InvalidArgument',
    'Parameter Source is not valid. Reason: Source is a required argument.',
  ],
  [
    { DetailType: undefined },
    'InvalidArgument',
    'Parameter DetailType is not valid. Reason: DetailType is a required argument.',
  ],
  [
    { Detail: undefined },
    'InvalidArgument',
    'Parameter Detail is not valid. Reason: Detail is a required argument.',
  ],
  [
    { DetailType: 'x'.repeat(129) },
    'InvalidArgument',
    'Parameter DetailType is not valid. Reason: DetailType can',
  ],
  [{ Source: 'aws.s3' }, 'NotAuthorizedForSourceException', 'Not authorized for the source.'],
  [{ Detail: 'text' }, 'MalformedDetail', 'Detail is malformed.'],
  [{ Detail: '[]' }, 'MalformedDetail', 'Detail is malformed.'],
  [{ Detail: '"{}"' }, 'MalformedDetail', 'Detail is malformed.'],
  [{ Detail: `{"a":${DEEP}}` }, 'MalformedDetail', 'Detail is malformed.'],
])('an entry with %o is refused and the others are not', (more, ErrorCode, message) => {
  const world = createWorld();

  const answer = world.call('PutEvents', { Entries: [{ ...ENTRY, ...more }, ENTRY] });

  expect(answer).toEqual({
    FailedEntryCount: 1,
    Entries: [{ ErrorCode, ErrorMessage: expect.stringContaining(message) }, { EventId: expect.any(String) }],
  });
});
