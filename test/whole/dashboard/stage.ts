/** A page to act on, and the words that tests of actions are written in. */
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import { openPage } from './opened.ts';
import { createSampleDesk, type SampleDesk } from './sample-desk.ts';

export interface Stage {
  readonly desk: SampleDesk;
  readonly page: Page;
  readonly button: (name: string) => ReturnType<Page['getByRole']>;
  /** The button of the dialog that is open. */
  readonly confirm: (name: string) => Promise<void>;
  /** Waits for what is told after an action. */
  readonly told: (text: string | RegExp) => Promise<void>;
}

/** Opens a place of the page over a sample shop, acts there, and fails where the page has complained. */
export async function at(
  browser: Browser,
  place: string,
  act: (stage: Stage) => Promise<void>,
): Promise<void> {
  const desk = createSampleDesk();
  await using open = await openPage(browser, desk);
  const { page } = open;
  await open.go(place);
  await act({
    desk,
    page,
    button: (name) => page.getByRole('button', { name, exact: true }),
    confirm: (name) => page.getByRole('dialog').getByRole('button', { name, exact: true }).click(),
    told: open.told,
  });
  expect(
    open.problems.filter((problem) => !problem.includes('the server responded with a status of 4')),
  ).toEqual([]);
}
