/** Polls, drawing and answers in the order that a test says. */
import type { Page, Route } from 'playwright-core';

/** The page asks as soon as somebody looks at it again. */
export const POLL = "document.dispatchEvent(new Event('visibilitychange'))";

/** Counts within the page: elsewhere one hears of a request a moment after it was made. */
export const COUNT_ASKED = `{
  const { fetch } = window;
  window.asked = 0;
  window.fetch = (...given) => {
    window.asked += 1;
    return fetch(...given);
  };
}`;

/** What has come is drawn by then, and what that leads to has begun. */
export const DRAWN = `new Promise((done) => {
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)));
})`;

export interface Release {
  /** Lets go of what was held back, and of all that comes later. */
  (): Promise<void>;
  /** Until something is held back. */
  readonly asked: Promise<void>;
}

/** Holds answers back. */
export async function hold(
  page: Page,
  url: string,
  answer?: Parameters<Route['fulfill']>[0],
): Promise<Release> {
  const held: Route[] = [];
  let open = false;
  let tellAsked = () => {};
  const asked = new Promise<void>((resolve) => {
    tellAsked = resolve;
  });
  const letGo = (route: Route) => (answer === undefined ? route.continue() : route.fulfill(answer));
  await page.route(url, async (route) => {
    if (open) return letGo(route);
    held.push(route);
    tellAsked();
  });
  const release = async () => {
    open = true;
    await Promise.all(held.map(letGo));
  };
  return Object.assign(release, { asked });
}
