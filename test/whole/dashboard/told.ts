/**
 * What the page has told after actions. A notice goes after some seconds, before a busy machine may look, so
 * the page itself notes down each.
 */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const NOTES = `{
  const notes = (window.notesOfTold = []);
  let last = '';
  new MutationObserver(() => {
    const text = document.querySelector('.told')?.textContent ?? '';
    if (text !== '' && text !== last) notes.push(text);
    last = text;
  }).observe(document, { childList: true, subtree: true, characterData: true });
}`;

/** Waits for what is told, in the order in which it comes; begins with the next page that is loaded. */
export async function listenToTold(page: Page): Promise<(text: string | RegExp) => Promise<void>> {
  await page.addInitScript(NOTES);
  let heard = 0;
  return async (wanted) => {
    const find = async () => {
      const notes: readonly string[] = await page.evaluate('window.notesOfTold');
      // After a reload they are others.
      if (heard > notes.length) heard = 0;
      const at = notes.findIndex((note, index) => index >= heard && isLike(note, wanted));
      if (at >= 0) heard = at + 1;
      return at >= 0 ? undefined : notes;
    };
    await expect.poll(find, { timeout: 60_000, message: `told ${wanted}` }).toBeUndefined();
  };
}

function isLike(note: string, wanted: string | RegExp): boolean {
  return typeof wanted === 'string' ? note.includes(wanted) : wanted.test(note);
}
