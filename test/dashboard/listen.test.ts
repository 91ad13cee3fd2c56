import { request } from 'node:http';
import { expect, test } from 'vitest';
import { listen } from '../../lib/dashboard/api/listen.ts';
import { createApi } from '../../lib/dashboard/api/server.ts';
import { createFakeDesk } from './fake-desk.ts';

test('a desk is served on a port of this machine until it is closed', async () => {
  const { url, close } = await listen(createApi(createFakeDesk()), { port: 0 });

  const answered = await fetch(`${url}/api/tasks`);
  await close();

  expect(await answered.json()).toHaveLength(3);
  await expect(fetch(`${url}/api/tasks`)).rejects.toThrow('fetch failed');
});

test('a name that was made to lead here is refused', async () => {
  const { url, close } = await listen(createApi(createFakeDesk()), { port: 0 });

  const statuses = await Promise.all(
    ['evil.example', 'localhost:1', '127.0.0.1'].map((host) => statusOf(url, host)),
  );
  await close();

  expect(statuses).toEqual([403, 200, 200]);
});

function statusOf(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(`${url}/api/tasks`, { headers: { host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .once('error', reject)
      .end();
  });
}
