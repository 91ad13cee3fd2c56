import { appendFileSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Data, type DataOptions, openData } from '../../../lib/emulator/data/data.ts';
import { DataError } from '../../../lib/emulator/data/error.ts';
import { toFrame } from '../../../lib/emulator/data/frame.ts';
import { copyOf, createFolder } from './world.ts';

let folder: ReturnType<typeof createFolder>;

beforeEach(() => {
  folder = createFolder();
});

afterEach(() => folder.remove());

/** The smallest service: texts by key. */
interface Texts {
  readonly data: Data;
  readonly texts: Map<string, string>;
  set(key: string, value: string | undefined): void;
}

function open(path: string, options: Partial<DataOptions> = {}): Texts {
  const data = openData({ folder: path, ...options });
  const texts = new Map<string, string>();
  const kept = {
    kind: 'text',
    entries: () => texts,
    restore(entries: ReadonlyMap<string, unknown>) {
      for (const [key, value] of entries) texts.set(key, String(value));
    },
  };
  data.attach([kept], () => 7);
  return {
    data,
    texts,
    set(key, value) {
      if (value === undefined) texts.delete(key);
      else texts.set(key, value);
      data.journal.note('text', key, () => texts.get(key));
    },
  };
}

function logs(): readonly string[] {
  return readdirSync(folder.path).filter((name) => name.endsWith('.log'));
}

function lastLog(): string {
  return join(folder.path, [...logs()].sort().at(-1) ?? '');
}

async function refusal(work: () => unknown): Promise<{ readonly code: string; readonly message: string }> {
  try {
    await work();
  } catch (error) {
    if (error instanceof DataError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('it was not refused');
}

test('changes of one turn are one write, with the last value of each entity', async () => {
  const texts = open(folder.path);

  texts.set('a', '1');
  texts.set('a', '2');
  texts.set('b', '1');
  texts.set('b', undefined);
  await texts.data.commit();

  const lines = readFileSync(lastLog(), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.slice(9));
  expect(lines.slice(1)).toEqual(['[7,["text","a","2"],["text","b"]]']);
  await texts.data.close();
});

test('nothing has to be waited for when nothing has changed', async () => {
  const texts = open(folder.path);

  expect(texts.data.commit()).toBeUndefined();

  await texts.data.close();
});

test('with fsync an answer waits for the disk, and comes', async () => {
  const texts = open(folder.path, { fsync: true });
  texts.set('a', '1');

  await texts.data.commit();
  texts.set('b', '2');
  await texts.data.commit();

  expect(texts.data.commit()).toBeUndefined();
  await texts.data.close();
});

test.each([
  ['inside its text', -3],
  ['before its line end', -1],
  ['after its first byte', 1],
])('the last write is dropped as a whole when the process died %s', async (_title, cut) => {
  const texts = open(folder.path);
  texts.set('first', 'kept');
  await texts.data.commit();
  const before = statSync(lastLog()).size;
  texts.set('second', 'torn');
  texts.set('third', 'torn');
  await texts.data.commit();
  const after = statSync(lastLog()).size;
  const copy = copyOf(folder.path);
  truncateSync(join(copy.path, logs()[0] ?? ''), cut < 0 ? after + cut : before + cut);

  const found = open(copy.path);

  expect([...found.texts]).toEqual([['first', 'kept']]);
  await found.data.close();
  copy.remove();
  await texts.data.close();
});

test('damage in the middle is refused and not dropped, since answers were given after it', async () => {
  const texts = open(folder.path);
  texts.set('a', 'one');
  await texts.data.commit();
  texts.set('b', 'two');
  await texts.data.commit();
  await texts.data.close();
  const path = lastLog();
  writeFileSync(path, readFileSync(path, 'utf8').replace('"one"', '"eno"'));

  const refused = await refusal(() => open(folder.path));

  expect(refused.code).toBe('DATA_CORRUPT');
  expect(refused.message).toMatch(/^DATA_CORRUPT: \S+\.log is damaged at byte \d+, and goes on after it/);
});

test('a folder that an emulator uses is refused to another, until it is closed or dead', async () => {
  const texts = open(folder.path);
  // The parent of the test stands for another emulator: it is alive.
  writeFileSync(join(folder.path, 'lock'), String(process.ppid));

  const refused = await refusal(() => openData({ folder: folder.path }));
  writeFileSync(join(folder.path, 'lock'), '999999999');
  const next = open(copyOf(folder.path).path);

  expect(refused).toEqual({
    code: 'DATA_LOCKED',
    message: `DATA_LOCKED: ${folder.path} is in use by the process ${process.ppid}`,
  });
  await texts.data.close();
  await next.data.close();
});

test.each([
  ['another version of the format', { format: 'celeriac-data', version: 2 }, 'version 2 of the format'],
  ['something else', { hello: 'world' }, 'no data of this emulator'],
])('a file that holds %s is refused', async (_title, first, what) => {
  writeFileSync(join(folder.path, '00000001.log'), toFrame(first));

  const refused = await refusal(() => open(folder.path));

  expect(refused.code).toBe('DATA_VERSION');
  expect(refused.message).toContain(`00000001.log holds ${what}; this one reads version 1`);
});

test('a kind of entity that is not known is refused, and the folder is free again', async () => {
  const data = openData({ folder: folder.path });
  data.attach([], () => 0);
  data.journal.note('future.thing', 'a', () => 1);
  await data.commit();
  await data.close();

  const refused = await refusal(() => open(folder.path));
  const again = openData({ folder: folder.path });

  expect(refused.code).toBe('DATA_VERSION');
  expect(refused.message).toContain("holds 'future.thing', which this emulator does not know");
  await again.close();
});

test('a snapshot replaces the logs, which begin anew', async () => {
  const texts = open(folder.path);
  for (let index = 0; index < 2000; index++) texts.set(`key${index}`, 'x'.repeat(50));
  await texts.data.commit();
  const before = statSync(lastLog()).size;

  await texts.data.snapshot();
  texts.set('after', 'it');
  await texts.data.commit();

  expect(readdirSync(folder.path).filter((name) => name !== 'lock')).toEqual([
    '00000002.log',
    '00000002.snapshot',
  ]);
  expect(statSync(lastLog()).size).toBeLessThan(before / 100);
  await texts.data.close();
  const found = open(folder.path);
  expect(found.texts.size).toBe(2001);
  await found.data.close();
});

test('logs that grow become a snapshot by themselves', async () => {
  const texts = open(folder.path, { logBytesMax: 10_000 });
  const hasSnapshot = () => readdirSync(folder.path).some((name) => name.endsWith('.snapshot'));

  let round = 0;
  for (; round < 100_000 && !hasSnapshot(); round++) {
    texts.set('same', `${round}`.padEnd(1000));
    await texts.data.commit();
  }
  await texts.data.close();

  expect(logs()).not.toContain('00000001.log');
  const found = open(folder.path);
  expect(found.texts.get('same')?.trim()).toBe(`${round - 1}`);
  await found.data.close();
});

test('a folder that cannot be written answers no more', async () => {
  const texts = open(folder.path);
  texts.set('a', '1');
  await texts.data.commit();
  texts.data.journal.note('text', 'bad', () => {
    throw new Error('no space left');
  });

  const refused = await refusal(() => texts.data.commit());
  const later = await refusal(() => texts.data.commit());

  expect(refused.code).toBe('DATA_UNWRITABLE');
  expect(refused.message).toContain('cannot be written: Error: no space left');
  expect(later).toEqual(refused);
  await texts.data.close();
});

test('a torn end of an earlier log does not hide the logs after it', async () => {
  const texts = open(folder.path);
  texts.set('a', '1');
  await texts.data.commit();
  await texts.data.close();
  appendFileSync(lastLog(), 'deadbeef [7,["text","b"');
  const second = open(folder.path);
  second.set('c', '3');
  await second.data.commit();
  await second.data.close();

  const third = open(folder.path);

  expect([...third.texts]).toEqual([
    ['a', '1'],
    ['c', '3'],
  ]);
  await third.data.close();
});

test('whenever the process dies, what was answered is there and nothing else', async () => {
  const step = fc.record({
    key: fc.constantFrom('a', 'b', 'c', 'd'),
    value: fc.option(fc.string(), { nil: undefined }),
    next: fc.constantFrom('go on', 'answer', 'snapshot', 'die', 'die unanswered'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const places = [createFolder()];
      let texts = open(places[0]?.path ?? '');
      let answered = new Map<string, string>();
      for (const { key, value, next } of steps) {
        texts.set(key, value);
        if (next === 'go on') continue;
        if (next !== 'die unanswered') {
          await texts.data.commit();
          answered = new Map(texts.texts);
        }
        // It goes on while other steps follow, and may be cut off by a death.
        if (next === 'snapshot') void texts.data.snapshot();
        if (!next.startsWith('die')) continue;
        const copy = copyOf(texts.data.folder);
        places.push(copy);
        await texts.data.close();
        texts = open(copy.path);
        expect(new Map([...texts.texts].sort())).toEqual(new Map([...answered].sort()));
      }
      await texts.data.close();
      for (const place of places) place.remove();
    }),
    { numRuns: 25 },
  );
});
