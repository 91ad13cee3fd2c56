import { describe, expect, onTestFinished, test } from 'vitest';
import {
  createEmulator,
  FaultPlanError,
  type FaultRule,
  type VirtualEmulator,
} from '../../../lib/emulator/index.ts';

const START = Date.parse('2026-01-01T00:00:00Z');

function open(...faults: readonly FaultRule[]): VirtualEmulator {
  const emulator = createEmulator({ clock: { virtual: START }, seed: 1, faults: { seed: 1, faults } });
  onTestFinished(() => emulator.close());
  return emulator;
}

/** How a call ended: 'ok', or the name of its error. */
async function outcome(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return 'ok';
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

describe('over HTTP', () => {
  const ask = async (url: string, method: string, body?: string) => {
    const response = await fetch(`${url}/_celeriac/faults`, {
      method,
      ...(body === undefined ? {} : { body }),
    });
    return [response.status, await response.json()];
  };

  test('a plan is set, read and taken away', async () => {
    const emulator = open();
    const { url } = await emulator.listen();
    const plan = { seed: 3, faults: [{ fault: 'error', rate: 1 }] };

    const before = await ask(url, 'GET');
    const set = await ask(url, 'POST', JSON.stringify(plan));
    const struck = await outcome(() => emulator.call('sqs', 'ListQueues', {}));
    const read = await ask(url, 'GET');
    const cleared = await ask(url, 'DELETE');
    const after = await outcome(() => emulator.call('sqs', 'ListQueues', {}));

    expect(before).toEqual([200, { faults: [] }]);
    expect(set).toEqual([200, { seed: 3, faults: [{ fault: 'error', rate: 1, hits: 0 }] }]);
    expect(read).toEqual([200, { seed: 3, faults: [{ fault: 'error', rate: 1, hits: 1 }] }]);
    expect(cleared).toEqual([200, { faults: [] }]);
    expect([struck, after]).toEqual(['InternalFailure', 'ok']);
  });

  test('a wrong plan is refused, and the one in force stays', async () => {
    const emulator = open({ fault: 'error', rate: 0.5 });
    const { url } = await emulator.listen();

    const wrong = await ask(url, 'POST', '{"faults":[{"fault":"fire","rate":2}]}');
    const noJson = await ask(url, 'POST', '{');

    const there =
      'error, throttle, latency, loseAnswer, duplicate, reorder, loseDelete, kill, ' +
      'loseFire, doubleFire, delayFire';
    const problems = `faults[0].fault is "fire"; there are ${there}; faults[0].rate is 2, not from 0 to 1`;
    expect(wrong).toEqual([400, { error: `FAULT_PLAN_INVALID: ${problems}` }]);
    expect(noJson[0]).toBe(400);
    expect(emulator.faults.read()?.faults).toHaveLength(1);
  });

  test('a lost answer breaks the connection', async () => {
    const emulator = open({ fault: 'loseAnswer', rate: 1, operation: 'ListQueues' });
    const { url } = await emulator.listen();

    const answer = fetch(url, {
      method: 'POST',
      headers: { 'x-amz-target': 'AmazonSQS.ListQueues', 'content-type': 'application/x-amz-json-1.0' },
      body: '{}',
    });

    await expect(answer).rejects.toThrow('fetch failed');
  });
});

test.each<[string, unknown, string]>([
  ['no object', [], 'a plan is an object with a list `faults`'],
  ['no list', { faults: 1 }, 'faults is no list'],
  ['an unknown member', { faults: [], chaos: 1 }, "there is no 'chaos' in a plan"],
  ['a seed with a fraction', { seed: 1.5, faults: [] }, 'seed is 1.5, no whole number'],
  ['a rule that is none', { faults: [1] }, 'faults[0] is no object'],
  ['an unknown limit', { faults: [{ fault: 'error', rate: 1, when: 1 }] }, 'faults[0].when is not known'],
  [
    'latency of no length',
    { faults: [{ fault: 'latency', rate: 1 }] },
    'faults[0].ms is missing: how long to hold a call back',
  ],
  [
    'a window of no time',
    { faults: [{ fault: 'error', rate: 1, from: 'soon' }] },
    'faults[0].from is "soon", which is no time',
  ],
  [
    'a range backwards',
    { faults: [{ fault: 'latency', rate: 1, ms: [2, 1] }] },
    'faults[0].ms is [2,1]; it is a number or [least, most]',
  ],
  [
    'a status of success',
    { faults: [{ fault: 'error', rate: 1, status: 200 }] },
    'faults[0].status is 200, not from 400 to 599',
  ],
  [
    'a service by another of its names',
    { faults: [{ fault: 'error', rate: 1, service: 'events', operation: 'PutEvents' }] },
    'faults[0].service is "events"; there are sqs, dynamodb, lambda, ',
  ],
  [
    'an operation that nothing has',
    { faults: [{ fault: 'error', rate: 1, operation: ['SendMessage', 'SendMesage'] }] },
    'faults[0].operation has "SendMesage", which no service here serves',
  ],
  [
    'an operation of another service',
    { faults: [{ fault: 'error', rate: 1, service: 'sns', operation: 'SendMessage' }] },
    'faults[0].operation has "SendMessage", which sns does not serve',
  ],
  [
    'an operation that is no text',
    { faults: [{ fault: 'error', rate: 1, operation: [1] }] },
    'faults[0].operation is neither a text nor a list of texts',
  ],
  [
    'another source',
    { faults: [{ fault: 'error', rate: 1, source: 'me' }] },
    'faults[0].source is "me"; there are client, lambda, delivery',
  ],
])('a plan with %s is refused', (_title, plan, problem) => {
  const emulator = open();

  expect(() => emulator.faults.set(plan)).toThrow(FaultPlanError);
  expect(() => emulator.faults.set(plan)).toThrow(`FAULT_PLAN_INVALID: ${problem}`);
});
