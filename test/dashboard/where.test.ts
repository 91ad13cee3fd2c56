/** Where a message would go, and the reasons that are given for it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { route } from '#lib';
import { whereTo } from '../../lib/dashboard/where.ts';
import { routesOf } from '../../lib/define/takers.ts';
import { CeleriacError } from '../../lib/errors.ts';
import { store } from '../define/store.ts';

describe('where a message would go', () => {
  test('a key may be for several tasks of a queue, and reach a consumer over another exchange', () => {
    const answer = whereTo(store, 'orders', 'order.eu.created');

    expect(answer).toEqual({
      routed: true,
      to: [
        { kind: 'task', name: 'charge', queue: 'work', because: 'orders --order.*.created--> charge' },
        { kind: 'task', name: 'ship', queue: 'work', because: 'orders --order.#--> ship' },
        {
          kind: 'consumer',
          name: 'audit',
          queue: 'audit',
          because: 'orders --order.eu.*--> eu --order.eu.created--> audit',
        },
      ],
    });
  });

  test('what nothing takes goes to the alternate exchange', () => {
    const answer = whereTo(store, 'orders', 'invoice');

    expect(answer).toEqual({
      routed: true,
      to: [
        { kind: 'queue', name: 'parked', queue: 'parked', because: 'orders --unrouted--> lost --> parked' },
      ],
      alternate: 'lost',
    });
  });

  test('headers decide on a headers exchange', () => {
    const urgent = whereTo(store, 'alerts', '', { urgent: true });
    const calm = whereTo(store, 'alerts', '', { urgent: false });

    expect(urgent.to.map(({ name }) => name)).toEqual(['ship']);
    expect(calm).toEqual({ routed: false, to: [] });
  });

  test.each([
    ['orders2', 'EXCHANGE_NOT_FOUND', "there is no exchange 'orders2'; there is '"],
    ['eu', 'EXCHANGE_INTERNAL', "exchange 'eu' is internal"],
  ])('exchange %s is refused as %s', (name, code, message) => {
    const ask = () => whereTo(store, name, 'a');

    expect(ask).toThrow(expect.objectContaining({ code }));
    expect(ask).toThrow(message);
    expect(ask).toThrow(CeleriacError);
  });

  test('it is where the pure route says, for any key and headers', () => {
    const { table } = routesOf(store);
    const word = fc.constantFrom('order', 'eu', 'us', 'created', 'paid', '');
    const key = fc.array(word, { maxLength: 4 }).map((words) => words.join('.'));
    const headers = fc.constantFrom({}, { urgent: true }, { CC: ['order.eu.created'] }, { BCC: ['x'] });

    fc.assert(
      fc.property(fc.constantFrom('orders', 'alerts', 'lost'), key, headers, (exchange, key, headers) => {
        const answer = whereTo(store, exchange, key, headers);
        const names = answer.to.map(({ kind, name }) => (kind === 'task' ? name : `queue:${name}`));
        expect(names.sort()).toEqual(route(table, exchange, { key, headers }));
      }),
    );
  });
});
