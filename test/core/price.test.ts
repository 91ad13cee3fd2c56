/** Prices against figures that AWS's own examples and the README give. */
import { expect, test } from 'vitest';
import { IDLE_QUEUE_USD_PER_MONTH, PRICES, priceOfCall, usdOf } from '../../lib/core/price.ts';

test.each([
  ['sqs', 300_000, 0.12],
  ['dynamoWrite', 6_000_000, 3.75],
  ['lambdaCompute', 25_000, 0.33],
  ['eventBridge', 1_000_000, 1],
] as const)('%s: %i units cost $%d', (name, units, usd) => {
  expect(usdOf(name, units)).toBeCloseTo(usd, 2);
});

test('an idle queue costs 26 cents a month', () => {
  expect(IDLE_QUEUE_USD_PER_MONTH).toBeCloseTo(0.26, 2);
});

test.each([
  ['sqs', 'ReceiveMessage', false, 'sqs'],
  ['sqs', 'ReceiveMessage', true, 'sqsFifo'],
  ['sns', 'PublishBatch', true, 'snsFifo'],
  ['dynamodb', 'Query', false, 'dynamoRead'],
  ['cloudformation', 'DescribeStacks', false, undefined],
])('%s.%s (fifo: %s) is priced as %s', (service, operation, fifo, price) => {
  expect(priceOfCall(service, operation, fifo)).toBe(price);
});

test('every price is of a service and positive', () => {
  const wrong = Object.values(PRICES).filter(
    ({ service, usdPerMillion }) => service.length === 0 || usdPerMillion <= 0,
  );

  expect(wrong).toEqual([]);
});
