/**
 * The dashboard's page in a real Chromium over a sample desk: every page and every action. One file, so that
 * one browser serves them all.
 */
import type { Browser } from 'playwright-core';
import { afterAll, describe } from 'vitest';
import { openBrowser } from './dashboard/browser.ts';
import { testDefinitions } from './dashboard/definitions.ts';
import { testMembers } from './dashboard/members.ts';
import { testPages } from './dashboard/pages.ts';
import { testQueues } from './dashboard/queues.ts';
import { testRaces } from './dashboard/races.ts';
import { testRuns } from './dashboard/runs.ts';

const opened = await openBrowser();

describe.skipIf(opened.browser === undefined)(`the page in Chromium ${opened.missing ?? ''}`, () => {
  afterAll(() => opened.browser?.close());

  describe('every page', () => testPages(browser));
  describe('an action on a run', () => testRuns(browser));
  describe('an action on a queue', () => testQueues(browser));
  describe('an action on what is defined', () => testDefinitions(browser));
  describe('what a reader does', () => testRaces(browser));
  describe('a group', () => testMembers(browser));
});

function browser(): Browser {
  if (opened.browser === undefined) throw new Error(opened.missing);
  return opened.browser;
}
