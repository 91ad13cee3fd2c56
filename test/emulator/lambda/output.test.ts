import { expect, test } from 'vitest';
import { createLineSplitter } from '../../../lib/emulator/lambda/lines.ts';
import { createLogTail } from '../../../lib/emulator/lambda/log-tail.ts';

test('pieces of output become lines, each stream on its own', () => {
  const lines: [string, string][] = [];
  const splitter = createLineSplitter((stream, text) => lines.push([stream, text]));

  splitter.add('stdout', 'one\ntw');
  splitter.add('stderr', 'error');
  splitter.add('stdout', 'o\r\n\nthree');
  splitter.flush();
  splitter.flush();

  expect(lines).toEqual([
    ['stdout', 'one'],
    ['stdout', 'two'],
    ['stdout', ''],
    ['stdout', 'three'],
    ['stderr', 'error'],
  ]);
});

test('a line without end is cut, so that it cannot fill the memory', () => {
  const sizes: number[] = [];
  const splitter = createLineSplitter((_stream, text) => sizes.push(text.length));

  for (let at = 0; at < 10; at += 1) splitter.add('stdout', 'x'.repeat(100_000));
  splitter.flush();

  expect(sizes.length).toBeGreaterThan(2);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(1_000_000);
});

test('a log tail is the end of what was added', () => {
  const tail = createLogTail(20);

  for (let at = 0; at < 1000; at += 1) tail.add(`line ${at}`);

  expect(tail.text()).toBe('7\nline 998\nline 999\n');
});
