import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { createSignedFetch } from '../../lib/aws/signer.ts';

const credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret' };

test('a request is sent on under its path, signed, without headers of the browser alone', async () => {
  const seen: { url?: string | undefined; headers: NodeJS.Dict<string | string[]>; body: string }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    seen.push({ url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() });
    response.end('{}');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const send = createSignedFetch(`http://127.0.0.1:${port}/`, { region: 'eu-north-1', credentials });

  await send(
    new Request('http://localhost:4567/api/runs?state=FAILURE&search=a%20b', {
      method: 'POST',
      headers: { 'x-celeriac': '1', cookie: 'mine=1', origin: 'http://localhost:4567' },
      body: '{"a":1}',
    }),
  );
  await new Promise((done) => server.close(done));

  const [got] = seen;
  expect(got).toMatchObject({ url: '/api/runs?state=FAILURE&search=a%20b', body: '{"a":1}' });
  expect(got?.headers).toMatchObject({ 'x-celeriac': '1' });
  expect(got?.headers).not.toHaveProperty('cookie');
  expect(got?.headers.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-north-1\/lambda\/aws4_request, /,
  );
  expect(got?.headers.authorization).toMatch(/SignedHeaders=.*host.*x-celeriac, Signature=[0-9a-f]{64}$/);
  expect(got?.headers['x-amz-content-sha256']).toBe(
    '015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862',
  );
});
