import { expect, test } from 'vitest';
import { createWorld } from './world.ts';

const DETAIL = { message: { id: 1, text: 'say "hi"' }, list: [{ n: 1 }, { n: 2 }], word: 'plain' };

/** What a queue gets of one event through a target. */
async function through(target: object): Promise<string | undefined> {
  const world = createWorld();
  world.rule('default', 'r', { source: ['shop'] }, { Id: 'q', Arn: world.queue('q'), ...target });
  world.put('default', DETAIL);
  const [message] = await world.received('q');
  return message?.Body;
}

test.each([
  ['a constant', { Input: '{"a":  1}' }, '{"a":  1}'],
  ['a part of the event', { InputPath: '$.detail.message' }, '{"id":1,"text":"say \\"hi\\""}'],
  ['a text, which stays JSON', { InputPath: '$.detail.word' }, '"plain"'],
  ['a member by bracket and index', { InputPath: "$['detail'].list[1].n" }, '2'],
  ['all members of a list', { InputPath: '$.detail.list[*].n' }, '[1,2]'],
  ['a path that leads nowhere', { InputPath: '$.detail.nothing' }, 'null'],
  ['the type by its name with a hyphen', { InputPath: '$.detail-type' }, '"order"'],
])('a target can take %s', async (_title, target, expected) => {
  expect(await through(target)).toBe(expected);
});

test('the path of the whole event is the event', async () => {
  expect(JSON.parse((await through({ InputPath: '$' })) ?? '')).toMatchObject({
    source: 'shop',
    detail: DETAIL,
  });
});

test.each([
  [
    'texts inside a string',
    { word: '$.detail.word', gone: '$.detail.gone' },
    '"Got <word>, <gone>"',
    '"Got plain, "',
  ],
  ['values in an object', { m: '$.detail.message' }, '{"m": <m>}', '{"m": {"id":1,"text":"say \\"hi\\""}}'],
  ['texts that need escaping', { t: '$.detail.message.text' }, '{"t": "<t>!"}', '{"t": "say \\"hi\\"!"}'],
  ['texts outside of a string', { w: '$.detail.word' }, '{"w": <w>}', '{"w": "plain"}'],
  [
    'what the rule is called',
    {},
    '{"name": "<aws.events.rule-name>", "arn": <aws.events.rule-arn>}',
    '{"name": "r", "arn": "arn:aws:events:eu-north-1:123456789012:rule/r"}',
  ],
  ['when the event came', {}, '"<aws.events.event.ingestion-time>"', '"2026-01-01T00:00:00.000Z"'],
  ['several lines', { w: '$.detail.word' }, '"one <w>"\n"two"', '"one plain"\n"two"'],
])('a transformer writes %s', async (_title, InputPathsMap, InputTemplate, expected) => {
  expect(await through({ InputTransformer: { InputPathsMap, InputTemplate } })).toBe(expected);
});

test('a transformer can embed the event, with and without its detail', async () => {
  const InputTemplate = '{"bare": <aws.events.event>, "whole": <aws.events.event.json>}';

  const body = JSON.parse((await through({ InputTransformer: { InputTemplate } })) ?? '');

  expect(body.whole).toMatchObject({ source: 'shop', detail: DETAIL });
  expect(body.bare).toMatchObject({ source: 'shop' });
  expect(body.bare).not.toHaveProperty('detail');
});
