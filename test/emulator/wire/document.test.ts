import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { toDocument } from '../../../lib/emulator/wire/document.ts';
import { KNOWN_LIMITS } from '../../../lib/emulator/wire/known-limits.ts';
import { SERVED } from '../../../lib/emulator/wire/served.ts';
import { KNOWN_SERVICES } from '../../../lib/emulator/wire/services.ts';

const FILE = join(import.meta.dirname, '../../../docs/emulator.md');

test('docs/emulator.md says what the code does: run lib/emulator/wire/document.ts anew', async () => {
  const written = await toDocument();

  expect(readFileSync(FILE, 'utf8')).toBe(written);
});

test('the document names what is served, and nothing that is not', async () => {
  const written = await toDocument();

  const chapter = written.slice(written.indexOf('## iam'), written.indexOf('## ssm'));
  expect(chapter).toContain(`AWS Query. ${SERVED.iam?.length} of 180 operations:`);
  expect(chapter).toContain('CreateRole, DeleteRole, GetRole, GetUser');
  expect(chapter).not.toContain('CreateUser');
});

test('every limit is of a service that there is', () => {
  const names = KNOWN_SERVICES.map(({ name }) => name);

  expect(Object.keys(KNOWN_LIMITS).filter((name) => !names.includes(name))).toEqual([]);
});
