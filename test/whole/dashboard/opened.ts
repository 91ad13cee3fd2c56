/** The page in a browser, with what went wrong in it: a test that ends with any of it fails. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { Desk } from '../../../lib/dashboard/desk.ts';
import { serveDesk } from './server.ts';
import { listenToTold } from './told.ts';

export interface OpenPage extends AsyncDisposable {
  readonly page: Page;
  readonly url: string;
  /** Goes to a place of the page, such as 'runs?state=FAILURE'. */
  readonly go: (place: string) => Promise<void>;
  /** Waits for what is told after an action. */
  readonly told: (text: string | RegExp) => Promise<void>;
  /** Errors of scripts, refused policies, failed requests. */
  readonly problems: readonly string[];
}

/** The page follows a change of the address a moment later: until then it shows what was there before. */
export const FOLLOWED = 'new Promise((done) => requestAnimationFrame(() => setTimeout(done)))';

export async function openPage(
  browser: Browser,
  desk: Desk,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const served = await serveDesk(desk);
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const told = await listenToTold(page);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(served.url)) problems.push(`asked ${request.url()}`);
  });
  return {
    page,
    url: served.url,
    problems,
    told,
    async go(place) {
      await page.goto(`${served.url}/#/${place}`);
      await page.evaluate(FOLLOWED);
      const [name = ''] = place.split(/[/?]/);
      await page.locator(`nav a[aria-current][href="#/${name}"]`).waitFor({ state: 'attached' });
      await page.getByRole('heading', { level: 1 }).waitFor();
    },
    async [Symbol.asyncDispose]() {
      await context.close();
      await served[Symbol.asyncDispose]();
    },
  };
}
