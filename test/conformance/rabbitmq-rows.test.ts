/** No row of test/vectors/rabbitmq-behaviour.json is forgotten: each is tested, or explained as different. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROWS } from './rabbitmq-world.ts';

test('every row of RabbitMQ’s behaviour is a test, or is explained in docs/rabbitmq.md', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/rabbitmq.md'), 'utf8');
  const tests = readdirSync(import.meta.dirname)
    .filter((name) => /^rabbitmq-.*\.test\.ts$/.test(name))
    .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
    .join('\n');

  const missing = ROWS.filter(({ id }) => !tests.includes(`row('${id}')`) && !page.includes(`\`${id}\``));

  expect(ROWS).toHaveLength(54);
  expect(missing.map(({ id }) => id)).toEqual([]);
});
