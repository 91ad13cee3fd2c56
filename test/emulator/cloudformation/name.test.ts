import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toPhysicalName, toSuffix, toUuid } from '../../../lib/emulator/cloudformation/name.ts';

test('a name is stack, logical id and twelve characters', () => {
  const name = toPhysicalName('App', 'Jobs', toSuffix('000000000000', 'us-east-1', 'App', 'Jobs', 0), 80);

  expect(name).toMatch(/^App-Jobs-[A-Za-z0-9]{12}$/);
});

test('a name that must end in something does, and counts it', () => {
  const name = toPhysicalName('S'.repeat(70), 'L'.repeat(70), 'abcdefghijkl', 80, '.fifo');

  expect(name).toHaveLength(80);
  expect(name).toMatch(/^S+-L+-abcdefghijkl\.fifo$/);
});

test('a name is never too long, and keeps a part of the stack and of the logical id', () => {
  const part = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,127}$/);
  fc.assert(
    fc.property(part, part, fc.constantFrom(64, 80, 255), (stack, logicalId, max) => {
      const name = toPhysicalName(stack, logicalId, 'abcdefghijkl', max);

      const [first = '', second = '', suffix] = name.split('-');
      expect(name.length).toBeLessThanOrEqual(max);
      expect(stack.startsWith(first) && logicalId.startsWith(second)).toBe(true);
      expect(first.length > 0 && second.length > 0).toBe(true);
      expect(suffix).toBe('abcdefghijkl');
    }),
  );
});

test('suffixes and ids depend on every part, and on nothing else', () => {
  expect(toSuffix('a', 'b', 1)).toBe(toSuffix('a', 'b', 1));
  expect(toSuffix('a', 'b', 1)).not.toBe(toSuffix('a', 'b', 2));
  expect(toSuffix('ab', 'c')).not.toBe(toSuffix('a', 'bc'));
  expect(toUuid('a')).toBe(toUuid('a'));
  expect(toUuid('a')).not.toBe(toUuid('b'));
});
