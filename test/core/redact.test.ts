import fc from 'fast-check';
import { expect, test } from 'vitest';
import { REDACTED, redactHeaders, redactJson, redactText } from '../../lib/core/redact.ts';

test.each([
  [
    'a member',
    { card: { number: '4711 0815' }, sku: 'tea' },
    ['card.number'],
    { card: { number: REDACTED }, sku: 'tea' },
  ],
  [
    'a member of each item',
    { rows: [{ key: 'aaaa' }, { key: 'bbbb' }] },
    ['rows.*.key'],
    { rows: [{ key: REDACTED }, { key: REDACTED }] },
  ],
  ['a whole object', { card: { number: '4711' } }, ['card'], { card: REDACTED }],
  [
    'any name',
    { a: { pin: 1234 }, b: { pin: 5678 } },
    ['*.pin'],
    { a: { pin: REDACTED }, b: { pin: REDACTED } },
  ],
  ['an item by its place', [1000, 2000], ['1'], [1000, REDACTED]],
  ['nothing that is not there', { sku: 'tea' }, ['card.number'], { sku: 'tea' }],
  ['everything', { sku: 'tea' }, true as const, REDACTED],
])('%s is hidden', (_, value, redact, shown) => {
  expect(redactJson(value, redact).value).toEqual(shown);
});

test('what was hidden is hidden in other texts of the run, too, also as JSON writes it', () => {
  const { secrets } = redactJson({ pass: 'say "please"', pin: 12_345 }, ['pass', 'pin']);

  const shown = redactText('no say "please" {"p":"say \\"please\\""} 12345', secrets);

  expect(shown).toBe(`no ${REDACTED} {"p":"${REDACTED}"} ${REDACTED}`);
});

test('headers with credentials are hidden wherever they are, and others by name', () => {
  const shown = redactHeaders({ Authorization: 'Bearer x', tenant: 'acme', 'X-Card': '4711' }, ['x-card']);

  expect(shown).toEqual({ Authorization: REDACTED, tenant: 'acme', 'X-Card': REDACTED });
});

test('no text of a redacted value is left in what is shown', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 12 }), fc.string(), (secret, around) => {
      fc.pre(!around.includes(secret) && !REDACTED.includes(secret));
      const { value, secrets } = redactJson({ a: { key: secret } }, ['a.key']);

      const shown = JSON.stringify(value) + redactText(`${around}${secret}${around}`, secrets);

      expect(shown.replaceAll(REDACTED, '')).not.toContain(secret);
    }),
  );
});
