/** No row about deliveries is forgotten: it is tested, or docs/rabbitmq.md explains how it differs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import rows from '../vectors/rabbitmq-behaviour.json' with { type: 'json' };

const AREAS = ['redelivery', 'acks', 'consumers', 'ttl', 'priority', 'dead-letter', 'poison'];
const TESTS = ['rabbitmq-deliveries.test.ts', 'rabbitmq-dead-letters.test.ts'];

test('every row about deliveries is tested, or is explained as different', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/rabbitmq.md'), 'utf8');
  const tests = TESTS.map((name) => readFileSync(join(import.meta.dirname, name), 'utf8')).join('');
  const asked = rows.filter(({ area }) => AREAS.includes(area)).map(({ id }) => id);

  const missing = asked.filter((id) => !tests.includes(`'${id}'`) && !page.includes(`\`${id}\``));

  expect(asked).toHaveLength(26);
  expect(missing).toEqual([]);
});
