import { afterAll, expect, test } from 'vitest';
import { defineApp, defineSchedule, defineTask, every } from '../../lib/index.ts';
import { createDeskWorld } from '../dashboard/desk-world.ts';
import { openBrowser } from './dashboard/browser.ts';
import { openPage } from './dashboard/opened.ts';

const { browser, missing } = await openBrowser();
afterAll(() => browser?.close());
const report = defineTask('report', { run: () => 'reported' });
const beat = defineSchedule('beat', { trigger: every('10m'), send: report() });
const app = defineApp('shop', { tasks: [report], schedules: [beat] });

test('a schedule that is paused in the page does not fire until it is resumed there', async ({ skip }) => {
  if (browser === undefined) return skip(missing);
  await using world = await createDeskWorld(app);
  await using open = await openPage(browser, world.desk);
  const fired = async () => (await world.desk.runs({ task: 'report' })).rows.length;
  await world.sim.advance('30m');
  const before = await fired();

  await open.go('schedules');
  await open.page.getByRole('button', { name: 'Pause beat' }).click();
  await open.page.getByRole('button', { name: 'Resume beat' }).waitFor();
  await world.sim.advance('1h');
  const paused = await fired();
  await open.page.getByRole('button', { name: 'Resume beat' }).click();
  await open.page.getByRole('button', { name: 'Pause beat' }).waitFor();
  await world.sim.advance('1h');

  expect(before).toBeGreaterThan(1);
  expect(paused).toBe(before);
  expect(await fired()).toBeGreaterThan(paused + 4);
});
