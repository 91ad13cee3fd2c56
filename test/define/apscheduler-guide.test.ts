/** The code of docs/apscheduler.md is code that compiles, and what the guide counts is counted here. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { nextFireTime, describe as sentence } from '#lib';
import { placementOf } from '../../lib/core/schedule/placement.ts';
import { shop, triggers } from './apscheduler-guide.ts';

const GUIDE = readFileSync(new URL('../../docs/apscheduler.md', import.meta.url), 'utf8');
const CODE = readFileSync(new URL('./apscheduler-guide.ts', import.meta.url), 'utf8');

test('each block of code of the guide is a region of the compiled file, and each region a block', () => {
  const blocks = [...GUIDE.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, block]) => block?.trim());
  const regions = [...CODE.matchAll(/^ *\/\/ region \w+\n(.*?)^ *\/\/ endregion$/gms)].map(([, region]) =>
    region?.replace(/^ {2}(?=await|const soon|const info)/gm, '').trim(),
  );

  expect(regions).toHaveLength(3);
  expect(blocks).toEqual(regions);
});

test('the guide says truly which of its schedules are ticked', () => {
  const kinds = shop.schedules.map(({ name, spec }) => [name, placementOf(spec).kind]);

  expect(kinds).toEqual([
    ['nightly', 'native'],
    ['weekly', 'native'],
    ['heartbeat', 'ticked'],
    ['opening', 'ticked'],
  ]);
});

test('every trigger of the guide fires and has a sentence', () => {
  const start = new Date('2026-06-01T00:00:00Z');

  const said = triggers.map((trigger) => [
    nextFireTime(trigger, start) !== undefined,
    sentence(trigger) !== '',
  ]);

  expect(said).toEqual(triggers.map(() => [true, true]));
});
