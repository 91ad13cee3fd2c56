/** Tables as people see them. */
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { createProgress } from '../../lib/cli/progress.ts';
import { toList, toTable, widthOf } from '../../lib/cli/table.ts';

test('columns are as wide as they must be, numbers stand right, empty columns are left out', () => {
  const rows = [
    { name: 'payments', ready: 12, paused: true, note: undefined },
    { name: '東京', ready: 3, paused: false, note: undefined },
  ];

  const table = toTable(rows, {
    queue: ({ name }) => name,
    ready: ({ ready }) => ready,
    paused: ({ paused }) => paused,
    note: ({ note }) => note,
  });

  expect(table.split('\n')).toEqual([
    'queue     ready  paused',
    'payments     12  yes',
    '東京          3  no',
  ]);
});

test('a cell has one line, and an empty one says so', () => {
  const table = toTable([{ error: 'first\nsecond' }, { error: '' }], { error: ({ error }) => error });

  expect(table.split('\n')).toEqual(['error', 'first', '–']);
});

test('no rows are said in words', () => {
  expect(toTable([], { queue: () => '' }, 'no queues')).toBe('no queues');
});

test('names of a list are lined up, and so are the further lines of a value', () => {
  expect(toList({ id: 'a1', error: 'first\nsecond', none: undefined })).toBe(
    'id     a1\nerror  first\n       second',
  );
});

test('colours take no width', () => {
  expect(widthOf('\u001b[31mred\u001b[39m')).toBe(3);
});

test('a bar is drawn on a terminal and nowhere else', () => {
  const seen: string[] = [];
  const write = (text: string) => seen.push(text);
  const drawn = createProgress('sending', { isTTY: true, columns: 80, write });
  const piped = createProgress('sending', { write: () => seen.push('piped') });

  drawn.at(5, 10);
  drawn.clear();
  piped.at(5, 10);
  piped.clear();

  expect(stripVTControlCharacters(seen[0] ?? '')).toBe(
    `\rsending ${'█'.repeat(12)}${'░'.repeat(12)} 5 of 10`,
  );
  expect(seen.slice(1)).toEqual(['\r\u001b[K']);
});
