/** What a deploy would replace or leave behind, against the template of the example as it was synthesized. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { defineApp, defineExchange, defineQueue, defineTask, topology } from '#lib';
import { flights } from '../../functions/flights.ts';
import { type DeployedTemplate, toReplacements } from '../../lib/define/replacement.ts';

const golden: DeployedTemplate = JSON.parse(
  readFileSync(new URL('../golden/flights.template.json', import.meta.url), 'utf8'),
);
const run = (): null => null;

test('the app as it is deployed has nothing to replace', () => {
  expect(toReplacements(topology(flights), golden)).toEqual([]);
});

test('another stage of the app has nothing to do with this one', () => {
  expect(toReplacements(topology(flights, { stage: 'prod' }), golden)).toEqual([]);
});

test('a queue that becomes ordered is another queue, and so is its dead-letter queue', () => {
  const before = deployed('AWS::SQS::Queue', 'QueueName', ['shop-dev-work', 'shop-dev-work-dlq']);
  const task = defineTask('charge', { queue: defineQueue('work', { ordered: true }), run });

  const found = toReplacements(topology(defineApp('shop', { tasks: [task] })), before);

  expect(found.map(({ code, resource }) => [code, resource])).toEqual([
    ['BECOMES_ORDERED', 'shop-dev-work'],
    ['BECOMES_ORDERED', 'shop-dev-work-dlq'],
  ]);
  expect(found[0]?.message).toBe(
    "queue 'shop-dev-work' becomes ordered, so it is replaced by 'shop-dev-work.fifo'; messages in it " +
      'stay there: drain it before the deploy',
  );
});

test('an exchange that is no longer ordered is another topic', () => {
  const before = deployed('AWS::SNS::Topic', 'TopicName', ['shop-dev-news.fifo']);
  const news = defineExchange('news', { type: 'fanout' });

  const found = toReplacements(topology(defineApp('shop', { exchanges: [news] })), before);

  expect(found).toMatchObject([{ code: 'BECOMES_UNORDERED', resource: 'shop-dev-news.fifo' }]);
});

test('a queue that the app has no more is left behind', () => {
  const before = deployed('AWS::SQS::Queue', 'QueueName', ['shop-dev-old', 'mall-dev-old']);

  const found = toReplacements(topology(defineApp('shop', { tasks: [] })), before);

  expect(found).toMatchObject([{ code: 'LEFT_BEHIND', resource: 'shop-dev-old' }]);
});

test('a table with other keys is replaced, and two new indexes take two deploys', () => {
  const shop = topology(defineApp('shop', { tasks: [defineTask('charge', { run })] }));
  const table = (keys: readonly string[]): DeployedTemplate => ({
    Resources: {
      Runs: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          TableName: 'shop-dev-runs',
          KeySchema: keys.map((AttributeName) => ({ AttributeName })),
        },
      },
    },
  });

  const otherKeys = toReplacements(shop, table(['id']));
  const noIndexes = toReplacements(shop, table(['pk', 'sk']));

  expect(otherKeys).toMatchObject([{ code: 'KEYS_CHANGED', resource: 'shop-dev-runs' }]);
  expect(noIndexes).toMatchObject([{ code: 'INDEXES_CHANGED', resource: 'shop-dev-runs' }]);
});

function deployed(Type: string, property: string, names: readonly string[]): DeployedTemplate {
  return {
    Resources: Object.fromEntries(names.map((name) => [name, { Type, Properties: { [property]: name } }])),
  };
}
