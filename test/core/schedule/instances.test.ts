/** maxInstances: which runs count, and how many more may go. */
import { expect, test } from 'vitest';
import { admit, holding } from '../../../lib/core/schedule/instances.ts';

const T = Date.parse('2026-06-01T12:00:00Z');

test('a lease holds until its run has ended, or its time is over', () => {
  const instances = ['a', 'b', 'c', 'd'].map((name) => ({ id: name, until: name === 'd' ? T : T + 1 }));
  const states = new Map([
    ['a', 'STARTED' as const],
    ['b', 'SUCCESS' as const],
  ]);

  const held = holding(instances, states, T);

  expect(held.map((instance) => instance.id)).toEqual(['a', 'c']);
});

test('one run more is let go until there are as many as may be; one that was let go may go again', () => {
  const held = [{ id: 'a', until: T }];
  const next = { id: 'b', until: T };

  const admissions = [
    admit(held, next, undefined),
    admit(held, next, 1),
    admit(held, next, 2),
    admit([...held, next], next, 2),
  ];

  expect(admissions).toEqual([
    { kind: 'admitted', instances: [] },
    { kind: 'full', instances: held },
    { kind: 'admitted', instances: [...held, next] },
    { kind: 'admitted', instances: [...held, next] },
  ]);
});
