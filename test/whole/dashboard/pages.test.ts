/** Every page of the dashboard in a real browser: what it shows, and how it is read and reached. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from './browser.ts';
import { openPage } from './opened.ts';
import { createSampleDesk } from './sample-desk.ts';
import { toId } from './sample-runs.ts';

const opened = await openBrowser();
const PLACES = [
  ...['overview', 'runs', `runs/${toId(3)}`, `runs/${toId(8)}`, 'tasks', 'workflows', 'workflows/flow-0'],
  ...['queues', 'queues/payments', 'dead-letters', 'exchanges', 'schedules', 'workers', 'limits', 'cost'],
];

describe.skipIf(opened.browser === undefined)(`the page in Chromium ${opened.missing ?? ''}`, () => {
  let browser: Browser;

  beforeAll(() => {
    if (opened.browser !== undefined) browser = opened.browser;
  });
  afterAll(() => opened.browser?.close());

  test.each(PLACES)('%s has one heading, shows data, and breaks no rule of its policy', async (place) => {
    await using open = await openPage(browser, createSampleDesk());

    await open.go(place);
    await open.page.locator('main').locator('table, .facts, .tree, .chart').first().waitFor();

    expect(await open.page.getByRole('heading', { level: 1 }).count()).toBe(1);
    expect(await open.page.getByRole('alert').count()).toBe(0);
    expect(open.problems).toEqual([]);
  });

  test.each(PLACES)('%s fits a page of 390 pixels', async (place) => {
    await using open = await openPage(browser, createSampleDesk(), { viewport: { width: 390, height: 844 } });

    await open.go(place);
    await open.page.locator('main').locator('table, .facts, .tree, .chart').first().waitFor();

    const wider = await open.page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(wider).toBe(0);
  });

  test.each(PLACES.filter((place) => !place.includes('/')))(
    '%s says when there is nothing',
    async (place) => {
      await using open = await openPage(browser, createSampleDesk({ empty: true }));

      await open.go(place);
      await open.page.locator('.empty').first().waitFor();

      expect(open.problems).toEqual([]);
    },
  );

  test('every button, link and field has a name, and no element an inline style', async () => {
    await using open = await openPage(browser, createSampleDesk());
    const nameless: unknown[] = [];

    for (const place of PLACES) {
      await open.go(place);
      await open.page.locator('main').locator('table, .facts, .tree, .chart').first().waitFor();
      nameless.push(await open.page.evaluate(NAMELESS));
    }

    expect(nameless).toEqual(PLACES.map(() => []));
  });

  test('text has the contrast of WCAG AA in light and dark', async () => {
    const poor: unknown[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      await using open = await openPage(browser, createSampleDesk(), {
        colorScheme,
        reducedMotion: 'reduce',
      });
      for (const place of PLACES) {
        await open.go(place);
        await open.page.locator('main').locator('table, .facts, .tree, .chart').first().waitFor();
        poor.push(await open.page.evaluate(POOR_CONTRAST));
      }
    }

    expect(poor.flat()).toEqual([]);
  });

  test('a link of the navigation is reached and followed by keyboard, and the page takes the focus', async () => {
    await using open = await openPage(browser, createSampleDesk());
    await open.go('overview');

    await open.page.getByRole('link', { name: 'Queues', exact: true }).focus();
    await open.page.keyboard.press('Enter');
    await open.page.getByRole('heading', { level: 1, name: 'Queues' }).waitFor();

    expect(await open.page.evaluate('document.activeElement.id')).toBe('content');
    expect(await open.page.title()).toBe('Queues · shop');
  });

  test('the first press of Tab offers to skip the navigation', async () => {
    await using open = await openPage(browser, createSampleDesk());
    await open.go('overview');

    await open.page.keyboard.press('Tab');
    await open.page.keyboard.press('Enter');

    expect(await open.page.evaluate('document.activeElement.id')).toBe('content');
  });

  test('a dialog keeps the focus, closes on Escape and gives the focus back', async () => {
    await using open = await openPage(browser, createSampleDesk());
    await open.go('schedules');
    const opener = open.page.getByRole('button', { name: 'Add a schedule…' });

    await opener.focus();
    await open.page.keyboard.press('Enter');
    await open.page.getByRole('dialog').waitFor();
    const inside = await open.page.evaluate(
      "document.querySelector('dialog').contains(document.activeElement)",
    );
    await open.page.keyboard.press('Escape');
    await open.page.getByRole('dialog').waitFor({ state: 'detached' });

    expect(inside).toBe(true);
    expect(await opener.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true);
  });

  test('the choice of colours holds after a reload, whatever the system says', async () => {
    await using open = await openPage(browser, createSampleDesk(), { colorScheme: 'light' });
    await open.go('overview');
    const ground = () => open.page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    const light = await ground();

    await open.page.getByText('Dark', { exact: true }).click();
    const dark = await ground();
    await open.page.reload();
    await open.page.getByRole('heading', { level: 1 }).waitFor();

    expect(dark).not.toBe(light);
    expect(await ground()).toBe(dark);
  });

  test('a desk that answers no more is said, the last data stay, and a later answer clears it', async () => {
    await using open = await openPage(browser, createSampleDesk());
    await open.go('queues');
    const row = open.page.getByRole('link', { name: 'payments', exact: true });
    await row.waitFor();

    await open.page.route('**/api/**', (route) => route.abort());
    await open.page.getByText('Not up to date').waitFor({ timeout: 20_000 });
    const kept = await row.isVisible();
    await open.page.unroute('**/api/**');
    await open.page.getByRole('button', { name: 'Try again' }).click();
    await open.page.getByText('Not up to date').waitFor({ state: 'detached' });

    expect(kept).toBe(true);
  });

  test('an app that keeps no runs says so instead of showing none', async () => {
    await using open = await openPage(browser, createSampleDesk({ keepsRuns: false }));

    await open.go('runs');

    await open.page.getByText('No task of this app keeps records').waitFor();
  });

  test('a desk that is read only offers no action', async () => {
    await using open = await openPage(browser, createSampleDesk({ readOnly: true }));
    await open.go('overview');
    await open.page.getByText('read only').waitFor();
    const offered: string[] = [];

    for (const place of PLACES.filter((name) => name !== 'overview')) {
      await open.go(place);
      await open.page.locator('main').locator('table, .facts, .tree').first().waitFor();
      offered.push(...(await open.page.locator('main').getByRole('button').allInnerTexts()));
    }

    const harmless = /^(Why\?|Copy|Show|Look at messages|Show more of .*|Newer|.*→|←.*)$/;
    expect(offered.filter((words) => !harmless.test(words))).toEqual([]);
  });

  test('the heap stays below 60 MB while 100,000 runs are paged and searched', async () => {
    await using open = await openPage(browser, createSampleDesk({ runs: 100_000 }));
    const session = await open.page.context().newCDPSession(open.page);
    await open.go('runs');

    for (let page = 2; page <= 12; page++) {
      await open.page.getByRole('button', { name: 'Older' }).click();
      await open.page.getByText(`Page ${page}`).waitFor();
    }
    await open.page.getByLabel('Search').fill('o-99999');
    await open.page
      .getByRole('link', { name: 'Show all runs' })
      .or(open.page.locator('main tbody tr'))
      .first()
      .waitFor();
    const { usedSize } = await session.send('Runtime.getHeapUsage');

    console.log(`heap with 100,000 runs: ${(usedSize / 2 ** 20).toFixed(1)} MiB`);
    expect(usedSize).toBeLessThan(60_000_000);
  });
});

/** Runs in the page: elements that act and have no name, and elements with a style attribute in the HTML. */
const NAMELESS = `[...document.querySelectorAll('button, a, input, select, textarea, svg, [style]')]
  .filter((element) => element.checkVisibility() && (element.hasAttribute('style') || !(
    element.getAttribute('aria-label') || element.textContent.trim() || element.labels?.length
  ))).map((element) => element.outerHTML.slice(0, 120))`;

/** Runs in the page: texts with less contrast to the ground behind them than 4.5, or 3 where they are large. */
const POOR_CONTRAST = `(() => {
  const probe = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const parse = (text) => {
    probe.clearRect(0, 0, 1, 1);
    probe.fillStyle = text;
    probe.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = probe.getImageData(0, 0, 1, 1).data;
    return { r, g, b, a };
  };
  const luminance = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.a === 255) return colour;
    }
    return parse('white');
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility() || element.closest('.aside, :disabled')) continue;
    const style = getComputedStyle(element);
    const inDrawing = element.closest('svg') !== null;
    const [one, two] = [parse(inDrawing ? style.fill : style.color), ground(element)].map(luminance).sort((a, b) => b - a);
    const large = parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700;
    const ratio = (one + 0.05) / (two + 0.05);
    if (ratio < (large ? 3 : 4.5)) poor.push(walker.currentNode.data.trim().slice(0, 30) + ' ' + ratio.toFixed(2));
  }
  return poor;
})()`;
