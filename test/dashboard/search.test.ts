import { expect, test } from 'vitest';
import { isListed, matches, parseSearch, type Searched } from '../../lib/dashboard/search.ts';

const RUN: Searched = {
  id: '01hq',
  name: 'shop.charge',
  state: 'FAILURE',
  queue: 'payments',
  input: '{"sku":"tea","order":{"id":7},"note":"for Ann"}',
  result: '{"paid":40}',
  error: 'TypeError: the card was declined',
};

test.each([
  ['charge', true],
  ['CHARGE', true],
  ['refund', false],
  ['charge declined', true],
  ['charge refund', false],
  ['charge AND declined', true],
  ['refund OR declined', true],
  ['refund OR unknown', false],
  ['(refund OR charge) state:FAILURE', true],
  ['(refund OR charge) state:SUCCESS', false],
  ['refund OR charge state:SUCCESS', false],
  ['"card was declined"', true],
  ['"card declined"', false],
  ['name:charge', true],
  ['name:payments', false],
  ['state:failure', true],
  ['state:FAIL', false],
  ['queue:pay', true],
  ['id:01', true],
  ['input:tea', true],
  ['input:sku=tea', true],
  ['kwargs:sku=tea', true],
  ['input:sku=coffee', false],
  ['input:order.id=7', true],
  ['input:order.id=8', false],
  ['args:"for Ann"', true],
  ['result:paid', true],
  ['error:declined', true],
  ['error:"the card"', true],
  ['  ( ( charge ) )  ', true],
])('%s finds a run, or does not: %s', (written, found) => {
  expect(matches(parseSearch(written), RUN)).toBe(found);
});

test.each([
  ['ab', "'ab' has less than 3 characters"],
  ['', 'a term is missing'],
  ['charge OR', 'a term is missing'],
  ['OR charge', 'a term is missing'],
  ['()', 'a term is missing'],
  ['(charge', "a '(' has no ')'"],
  ['charge)', "a ')' has no '('"],
  ['colour:red', "there is no field 'colour'"],
  ['name:""', "'name:' has nothing after it"],
  ['"open', 'cannot be read'],
  ['constructor:x', "there is no field 'constructor'"],
])('%s is refused: %s', (written, why) => {
  expect(() => parseSearch(written)).toThrow(
    expect.objectContaining({ code: 'INVALID_SEARCH', message: expect.stringContaining(why) }),
  );
});

test('a search says whether an index alone answers it', () => {
  const listed = ['name:charge state:FAILURE', 'queue:mail OR id:01'].map(parseSearch).map(isListed);
  const others = ['charge', 'name:charge input:tea', 'error:declined'].map(parseSearch).map(isListed);

  expect(listed).toEqual([true, true]);
  expect(others).toEqual([false, false, false]);
});
