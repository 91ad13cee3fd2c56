import { afterEach, beforeEach, expect, test } from 'vitest';
import * as z from 'zod';
import * as mini from 'zod/mini';
import { issuesText } from '../../lib/runtime/issues.ts';

// zod's own texts are one setting for a process, which whoever imports the whole of zod makes.
const { localeError } = z.config();
beforeEach(() => void mini.config({ localeError: undefined }));
afterEach(() => void mini.config({ localeError }));

const Flight = mini.object({ origin: mini.string(), delay: mini.number() });

test.each([
  [mini.array(Flight), {}, 'Invalid input: expected array'],
  [
    mini.array(Flight),
    [{ origin: 1 }],
    '0.origin: Invalid input: expected string; 0.delay: Invalid input: expected number',
  ],
  [mini.enum(['on time', 'late']), 'early', "Invalid input: expected 'on time' or 'late'"],
  [mini.string().check(mini.minLength(3)), 'SF', 'Invalid input: too small, at least 3'],
  [mini.number().check(mini.maximum(5)), 6, 'Invalid input: too big, at most 5'],
  [mini.strictObject({}), { gate: 1 }, "Invalid input: unrecognized keys, 'gate'"],
  [mini.union([mini.string(), mini.number()]), null, 'Invalid input: invalid union'],
])('a schema without texts of its own is told by what it expected: %#', async (schema, value, text) => {
  const { issues = [] } = await schema['~standard'].validate(value);

  expect(issuesText(issues)).toBe(text);
});

test('a text that a schema has is left as it is', async () => {
  mini.config({ localeError });
  const named = z.object({ name: z.string('a name, please'), age: z.number() });

  const { issues = [] } = await named['~standard'].validate({});

  expect(issuesText(issues)).toBe(
    'name: a name, please; age: Invalid input: expected number, received undefined',
  );
});

test('an issue with nothing but its message, or without any, is told as well', () => {
  expect(issuesText([{ message: 'Invalid input', path: ['a'] }, { message: '' }])).toBe(
    'a: Invalid input; Invalid input',
  );
});
