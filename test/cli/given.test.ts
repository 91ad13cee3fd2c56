/** What users write on the command line, and what they are told when it cannot be. */
import { expect, test } from 'vitest';
import { EXIT, exitCodeOf, sayFailure } from '../../lib/cli/failure.ts';
import {
  readCount,
  readDuration,
  readHeaders,
  readJson,
  readState,
  readTime,
  readTimeToCome,
} from '../../lib/cli/given.ts';
import { parsePort } from '../../lib/cli/port.ts';
import { toOptions } from '../../lib/cli/worker.ts';
import { CeleriacError, DefinitionError, TimeoutError } from '../../lib/errors.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');

test('values are read', () => {
  expect(readCount('--limit', '50', 1, 500)).toBe(50);
  expect(readDuration('--timeout', '2m')).toBe(120_000);
  expect(readTime('--from', '2h', NOW)).toBe(NOW - 7_200_000);
  expect(readTime('--from', '2026-01-01T00:00:00Z', NOW)).toBe(NOW - 43_200_000);
  expect(readJson('the input', '{"id":1}')).toEqual({ id: 1 });
  expect(readState('failure')).toBe('FAILURE');
  expect(readHeaders(['urgent=true', 'tenant=a=b', 'n=3'])).toEqual({ urgent: true, tenant: 'a=b', n: 3 });
});

test.each([
  [() => readCount('--limit', '0', 1, 500), "--limit is '0'; it must be a whole number from 1 to 500"],
  [() => readCount('--limit', '1e3', 1, 500), "--limit is '1e3'; it must be a whole number from 1 to 500"],
  [
    () => readDuration('--timeout', '2'),
    "--timeout is '2'; it must be a duration such as '30s', '5m' or '2h'",
  ],
  [() => readTime('--from', 'noon', NOW), "--from is 'noon'; it must be a time (2026-01-01T00:00:00Z)"],
  [
    () => readTimeToCome('--at', '2h', '--delay'),
    "--at is '2h'; it must be a time such as 2026-01-01T00:00:00Z; how long from now is said by --delay",
  ],
  [
    () => toOptions({ autoscale: '5' }),
    "--autoscale is '5'; it must be the least and the most, such as '2,50'",
  ],
  [() => toOptions({ maxTasksPerChild: 'x' }), "--max-tasks-per-child is 'x'; it must be a whole number"],
  [() => toOptions({ heartbeat: '1' }), "--heartbeat is '1'; it must be a duration such as '30s'"],
  [() => readJson('the input', 'tea'), 'the input has 3 characters that are no JSON'],
  [() => readState('done'), "--state is 'done'; it must be one of PENDING, STARTED, RETRY, SUCCESS"],
  [
    () => readHeaders(['urgent']),
    "--header is 'urgent'; it must be a name and a value such as 'urgent=true'",
  ],
])('%s is refused with what can be', (read, message) => {
  const error = caught(read);

  expect(error.message).toContain(message);
  expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', allowed: expect.any(String) });
  expect(exitCodeOf(error)).toBe(EXIT.usage);
});

const PROBLEM = { code: 'INVALID_CRON', path: 'schedules.nightly', message: 'it has 2 fields' } as const;

test.each([
  [new CeleriacError('NOT_FOUND', 'no such run'), EXIT.notFound],
  [new CeleriacError('EXCHANGE_NOT_FOUND', 'no such exchange'), EXIT.notFound],
  [new CeleriacError('RESULT_UNKNOWN', 'no such run'), EXIT.notFound],
  [new CeleriacError('UNKNOWN_SCHEDULE', 'no such schedule'), EXIT.notFound],
  [new TimeoutError('RESULT_TIMEOUT', 'it took too long'), EXIT.timeout],
  [new TimeoutError('CALL_TIMEOUT', 'it took too long'), EXIT.timeout],
  [new CeleriacError('INVALID_SEARCH', 'it cannot be read'), EXIT.usage],
  [new CeleriacError('INVALID_INPUT', 'the task does not take it'), EXIT.failed],
  [new CeleriacError('INVALID_CRON', 'it has 2 fields'), EXIT.usage],
  [
    new DefinitionError('INVALID_CRON', 'schedules.nightly: it has 2 fields', { problems: [PROBLEM] }),
    EXIT.failed,
  ],
  [new CeleriacError('READ_ONLY', 'it may only be looked at'), EXIT.failed],
  [new Error('the network is down'), EXIT.failed],
  ['thrown', EXIT.failed],
])('%s ends with code %i', (error, code) => {
  expect(exitCodeOf(error)).toBe(code);
});

test.each([
  ['Region is missing', 'celeriac: Region is missing; give --region, or set AWS_REGION; or give --endpoint'],
  ['Could not load credentials from any providers', 'providers; set AWS_PROFILE, or sign in to AWS; or give'],
  ["queue 'mail' refused the message: Error: Region is missing", 'Region is missing; give --region, or'],
  ["queue 'mail' refused it: Could not load credentials from any providers", 'providers; set AWS_PROFILE'],
  ['connect ECONNREFUSED 127.0.0.1:4566', ':4566; nothing listens there;'],
  ['Requested resource not found', 'not found; is the app deployed there, as this --stage?'],
])('%s is said with what to do', (message, line) => {
  expect(sayFailure(new Error(message), false)).toContain(line);
});

test('a program is told the same', () => {
  const said: unknown = JSON.parse(sayFailure(new Error('listen EADDRINUSE: address already in use'), true));

  const message =
    'listen EADDRINUSE: address already in use; another program listens there; give another port';
  expect(said).toMatchObject({ error: { message } });
});

test.each([
  [undefined, "--port is 'http'"],
  ['--health', "--health is 'http'"],
])('what is no port is said of its option, here %s', (option, message) => {
  expect(caught(() => parsePort('http', option)).message).toContain(message);
});

test('an error that says by itself what to do is not added to', () => {
  expect(sayFailure(new CeleriacError('NOT_FOUND', 'no such run'), false)).toBe('celeriac: no such run');
});

function caught(read: () => unknown): CeleriacError {
  try {
    read();
  } catch (error) {
    if (error instanceof CeleriacError) return error;
  }
  throw new Error('nothing of ours was thrown');
}
