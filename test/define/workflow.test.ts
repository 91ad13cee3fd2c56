/** What workflows refuse when they are composed. */
import { expect, test } from 'vitest';
import { chain, chunks, defineTask, group } from '#lib';

const price = defineTask('price', { run: (sku: string) => sku.length });

test.each([0, -1, 1.5, Number.NaN])('chunks of size %s are refused, since inputs would get lost', (size) => {
  const cut = () => chunks(price, ['tea', 'milk'], size);

  expect(cut).toThrow(
    expect.objectContaining({
      code: 'CHUNK_SIZE_OUT_OF_RANGE',
      message: `chunks of task 'price': size is ${size}; give a whole number of at least 1`,
    }),
  );
});

test.each([
  ['undefined', undefined],
  ['string', 'price'],
  ['object', {}],
])('a part that is no call but %s is refused', (what, part) => {
  const code = 'NOT_A_CALL';
  const message = expect.stringContaining(`and no ${what}`);

  expect(() => chain(price('tea'), part as never)).toThrow(expect.objectContaining({ code, message }));
  expect(() => group([part as never])).toThrow(expect.objectContaining({ code, message }));
});
