import { expect, test } from 'vitest';
import { simulate } from '#lib/testing';
import { canvas, checkout, prices } from './workflow.ts';

test('the prices are added up, and the invoice is written', async () => {
  const sim = simulate(canvas);

  expect(await checkout(['tea', 'cake', 'tea'], sim)).toBe('please pay 17');
  expect(await prices(sim)).toEqual([4, 2]);
});
