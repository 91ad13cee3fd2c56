/** The deployed dashboard whose URL asks for signatures, reached through it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Emulator } from '#lib/emulator';
import { createSigned, sign } from '../signed.ts';
import { startProgram } from '../whole/program.ts';
import { deploy } from './deployed-desk.ts';

const POST = { method: 'POST', headers: { 'x-celeriac': '1' } };

const credentials = { accessKeyId: 'AKIADESK', secretAccessKey: 'desk-secret' };
let emulator: Emulator;
let url: string;

beforeAll(async () => {
  const known = { [credentials.accessKeyId]: credentials.secretAccessKey };
  ({ emulator, url } = await deploy({ auth: 'iam', readOnly: true }, known));
});
afterAll(() => emulator.close());

test('requests that are signed are answered, and the page is, too', async () => {
  const fetchSigned = createSigned(credentials);

  const answers = [
    await fetchSigned(`${url}api/runs?search=card%20declined&limit=5`),
    await fetchSigned(url),
  ];

  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(await answers[1]?.text()).toContain('<script type="module" src="page.js">');
});

test('nobody gets in unsigned, with a wrong, changed or late signature, or with a cookie', async () => {
  const late = { at: new Date(Date.now() - 301_000) };
  const { headers } = await sign(credentials, `${url}api/tasks`);
  const { host: _, ...replayed } = headers;

  const answers = await Promise.all([
    fetch(`${url}api/tasks`),
    fetch(url),
    fetch(`${url}api/tasks`, { headers: { cookie: `__Host-celeriac=${Date.now() + 9e6}.one.x` } }),
    fetch(`${url}api/tasks`, { headers: { authorization: 'Bearer AKIADESK' } }),
    createSigned({ ...credentials, secretAccessKey: 'wrong' })(`${url}api/tasks`),
    createSigned(credentials)(`${url}api/tasks`, late),
    // A request that somebody has seen is good for itself alone.
    fetch(`${url}api/queues`, { headers: replayed }),
    fetch(`${url}api/queues/mail/purge`, { ...POST, headers: { ...replayed, ...POST.headers } }),
  ]);

  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 403));
  expect(await Promise.all(answers.slice(0, 6).map((answer) => answer.json()))).toEqual([
    ...Array(4).fill({ Message: 'Forbidden' }),
    { message: expect.stringContaining('does not match the signature you provided') },
    { message: expect.stringContaining('Signature expired') },
  ]);
});

test('`celeriac dashboard` signs for a browser', async () => {
  const { accessKeyId, secretAccessKey } = credentials;
  const keys = [`AWS_ACCESS_KEY_ID=${accessKeyId}`, `AWS_SECRET_ACCESS_KEY=${secretAccessKey}`];
  const command = ['bin/celeriac.js', 'dashboard', '--url', url, '--port', '0', '--region', 'us-east-1'];
  await using program = startProgram('env', [...keys, process.execPath, ...command], process.cwd());
  const local = await program.listening();

  const asked = await fetch(`${local}/api/runs?search=${encodeURIComponent("card* 'déclined'")}&limit=5`);
  const acted = await fetch(`${local}/api/tasks/book/send`, { ...POST, body: '{"input":{}}' });
  const page = await fetch(`${local}/page.js`);

  expect([asked.status, acted.status, page.status]).toEqual([200, 403, 200]);
  expect(await acted.json()).toMatchObject({ code: 'READ_ONLY' });
});

test('a dashboard that is read only refuses every action that there is', async () => {
  const fetchSigned = createSigned(credentials);
  const { paths } = Object(await (await fetchSigned(`${url}openapi.json`)).json());
  const actions = Object.keys(paths).filter((path) => 'post' in paths[path]);

  const refusals: unknown[] = [];
  // One after the other: all at once would start a function for each.
  for (const path of actions) {
    const address = `${url}${path.slice(1).replaceAll(/\{\w+\}/g, 'mail')}`;
    const answer = await fetchSigned(address, { ...POST, body: '{}' });
    refusals.push([path, answer.status, Object(await answer.json()).code]);
  }

  expect(actions.length).toBeGreaterThan(15);
  expect(refusals).toEqual(actions.map((path) => [path, 403, 'READ_ONLY']));
});
