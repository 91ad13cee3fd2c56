import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCounters, createTrace } from '../../lib/emulator/trace.ts';

const entry = (at: number, queue = 'jobs', operation = 'send') => ({
  at,
  service: 'sqs',
  operation,
  account: '1',
  region: queue === 'more' ? 'north' : 'south',
  queue,
  n: at,
});

describe('the trace', () => {
  test('keeps an entry with what it happened to, and its details', () => {
    const trace = createTrace(10);

    trace.add(entry(5));

    expect(trace.entries()).toEqual([
      {
        ...{ sequence: 1, at: 5, service: 'sqs', operation: 'send', account: '1', region: 'south' },
        ...{ target: 'jobs', details: { n: 5 } },
      },
    ]);
  });

  test('takes an entry that names nothing it happened to', () => {
    const trace = createTrace(10);

    trace.add({ at: 1, service: 'dynamodb', operation: 'ListTables' });

    expect(trace.entries()[0]).toMatchObject({ account: '', region: '', target: '', details: {} });
  });

  test.each([
    ['after a sequence number', { after: 2 }, [3, 4]],
    ['since a time', { since: 30 }, [3, 4]],
    ['of a service', { service: 'lambda' }, []],
    ['of an operation', { operation: 'receive' }, [2]],
    ['of a target', { target: 'more' }, [4]],
    ['of an account', { account: '2' }, []],
    ['of a region', { account: '1', region: 'north' }, [4]],
    ['at most so many, the newest', { limit: 2 }, [3, 4]],
    ['none', { limit: 0 }, []],
  ])('is read %s', (_title, filter, expected) => {
    const trace = createTrace(10);
    trace.add(entry(10));
    trace.add(entry(20, 'jobs', 'receive'));
    trace.add(entry(30));
    trace.add(entry(40, 'more'));

    const found = trace.entries(filter);

    expect(found.map((one) => one.sequence)).toEqual(expected);
  });

  test('keeps the newest entries in their order, and counts the rest', () => {
    fc.assert(
      fc.property(fc.nat(8), fc.nat(40), fc.nat(40), (size, first, second) => {
        const trace = createTrace(size);
        for (let at = 1; at <= first; at++) trace.add(entry(at));
        trace.clear();
        const dropped = trace.dropped;
        for (let at = 1; at <= second; at++) trace.add(entry(at));

        const kept = Math.min(size, second);
        const sequences = trace.entries().map((one) => one.sequence);
        expect(sequences).toEqual(
          Array.from({ length: kept }, (_, index) => first + second - kept + index + 1),
        );
        expect(trace.dropped - dropped).toBe(second - kept);
      }),
    );
  });
});

test('counters add up by source, service and operation, and are read in order', () => {
  const counters = createCounters();

  counters.count('client', 'sqs', 'SendMessage', { errors: 0, empty: 0, items: 1 });
  counters.count('client', 'sqs', 'SendMessage', { errors: 1, empty: 0, items: 1 });
  counters.count('client', 'dynamodb', 'PutItem', { errors: 0, empty: 0, items: 1 });
  counters.count('lambda', 'sqs', 'ReceiveMessage', { errors: 0, empty: 1, items: 0 });

  expect(counters.read()).toEqual([
    { service: 'dynamodb', operation: 'PutItem', calls: 1, errors: 0, empty: 0, items: 1 },
    { service: 'sqs', operation: 'SendMessage', calls: 2, errors: 1, empty: 0, items: 2 },
  ]);
  expect(counters.read('lambda')).toEqual([
    { service: 'sqs', operation: 'ReceiveMessage', calls: 1, errors: 0, empty: 1, items: 0 },
  ]);
});
