import fc from 'fast-check';
import { expect, test } from 'vitest';
import { headerSecrets, REDACTED, redactHeaders, redactJson, redactText } from '../../lib/core/redact.ts';

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
  ['a member of each item of a list of inputs', [{ pin: 1234 }], ['pin'], [{ pin: REDACTED }]],
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

test('the values of secret headers are secrets elsewhere, a token without the word before it, too', () => {
  const headers = {
    Authorization: 'Bearer abc.def-123',
    Cookie: 'id=0123456789; a=b',
    'X-Card': 4711,
    tenant: 'acme',
  };

  const secrets = headerSecrets(headers, ['x-card']);

  expect(redactText('abc.def-123 0123456789 4711 Bearer acme', secrets)).toBe(
    `${REDACTED} ${REDACTED} ${REDACTED} Bearer acme`,
  );
});

test('a secret is found as an address and as JSON inside JSON write it', () => {
  const texts = [
    'a b/"c"',
    encodeURIComponent('a b/"c"'),
    'a+b%2F%22c%22',
    JSON.stringify(JSON.stringify('a b/"c"')),
  ];

  const shown = texts.map((text) => redactText(text, ['a b/"c"']));

  expect(shown).toEqual([REDACTED, REDACTED, REDACTED, `"\\"${REDACTED}\\""`]);
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
