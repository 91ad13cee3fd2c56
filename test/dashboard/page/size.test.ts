/** What a browser loads for the dashboard: how much, and that it asks nobody else for anything. */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { findPage } from '../../../lib/dashboard/find-page.ts';
import { pageIn } from '../../../lib/dashboard/page-files.ts';

const SIZE_MAX = 150_000;
const PATHS = ['/', '/page.js', '/page.css', '/icon.svg'];
const page = findPage();

test('the page is at most 150 KB gzipped', async () => {
  const files = await Promise.all(PATHS.map(read));

  const sizeBytes = files.reduce((sum, text) => sum + gzipSync(text).length, 0);

  expect(sizeBytes).toBeLessThan(SIZE_MAX);
  // Less than this would not be the page.
  expect(sizeBytes).toBeGreaterThan(10_000);
});

test('the page names no other host, no inline script and no inline style', async () => {
  const [html, script, style] = await Promise.all(PATHS.map(read));

  expect(html).not.toMatch(/<style|style=|<script>|\son\w+=|https?:/);
  // Names of XML's name spaces are no addresses.
  expect(script?.replaceAll(/http:\/\/www\.w3\.org\/[\w/]+/g, '')).not.toMatch(/https?:\/\//);
  expect(style).not.toMatch(/@import|url\(/);
});

test('what is no file of the page is not sent, whatever the path leads to', async () => {
  const folder = pageIn(join(import.meta.dirname, '../../../lib/dashboard/page'));

  expect(await folder('/icon.svg')).toMatchObject({ type: 'image/svg+xml' });
  expect(await folder('/main.tsx')).toBeUndefined();
  expect(await folder('/../desk.ts')).toBeUndefined();
  expect(await page('/api/runs')).toBeUndefined();
});

async function read(path: string): Promise<string> {
  const file = await page(path);
  return file === undefined ? '' : Buffer.from(file.body).toString();
}
