import { expect, test } from 'vitest';
import { bind, defineApp, defineConsumer, defineExchange, defineQueue } from '#lib';
import { QUEUE_POLICY_SOURCES_MAX } from '../../lib/core/limits.ts';
import { synthesize } from './stack.ts';

/** SQS: the bytes of a queue's policy. */
const POLICY_BYTES_MAX = 8_192;
/** IAM (quotas): all inline policies of a role together, which here are one, and a managed policy. */
const POLICY_CHARACTERS_MAX = [
  ['AWS::IAM::Policy', 10_240],
  ['AWS::IAM::ManagedPolicy', 6_144],
] as const;

const inbox = defineQueue('q'.repeat(32));
const consumer = defineConsumer(inbox, { run: () => {} });

/** An app whose names are as long as they may be, with so many exchanges bound to one queue. */
function bound(count: number, consumers: readonly (typeof consumer)[] = []) {
  const exchanges = Array.from({ length: count }, (_, index) =>
    defineExchange(`e${index}`.padEnd(32, 'x'), { type: 'fanout' }),
  );
  return defineApp('a'.repeat(16), {
    bindings: exchanges.map((exchange) => bind(exchange, inbox)),
    consumers,
    longDelays: false,
  });
}

test.each([1, QUEUE_POLICY_SOURCES_MAX, QUEUE_POLICY_SOURCES_MAX + 1, 100])(
  'the policy of a queue behind %i exchanges fits into what SQS allows',
  (count) => {
    const { template } = synthesize(bound(count), { stage: 's'.repeat(10) });

    const policies = template().findResources('AWS::SQS::QueuePolicy');

    for (const { Properties } of Object.values(policies)) {
      const text = JSON.stringify(Properties.PolicyDocument)
        .replaceAll(/\{"Ref":"(\w*)Topic\w*"\}/g, `"${`arn:${'x'.repeat(117)}`}"`)
        .replaceAll(/\{"Fn::(GetAtt|Join)":.*?\]\]?\}/g, `"${'x'.repeat(120)}"`);
      expect(Buffer.byteLength(text)).toBeLessThan(POLICY_BYTES_MAX);
      expect(Properties.PolicyDocument.Statement).toHaveLength(2);
    }
  },
);

test('beyond the list a pattern stands for the topics of the app, and of no other', () => {
  const template = synthesize(bound(QUEUE_POLICY_SOURCES_MAX + 1)).template();

  const sources = Object.values(template.findResources('AWS::SQS::QueuePolicy')).flatMap(({ Properties }) =>
    Properties.PolicyDocument.Statement.flatMap(
      (statement: { Condition: { ArnLike?: { 'aws:SourceArn': unknown[] } } }) =>
        statement.Condition.ArnLike?.['aws:SourceArn'] ?? [],
    ),
  );

  expect(sources).toHaveLength(2);
  expect(JSON.stringify(sources[0])).toContain(`:${'a'.repeat(16)}-dev-*`);
});

test('a worker may publish to a hundred exchanges by policies that are no larger than IAM allows', () => {
  const template = synthesize(bound(100, [consumer]), { stage: 's'.repeat(10) }).template();

  for (const [type, charactersMax] of POLICY_CHARACTERS_MAX)
    for (const { Properties } of Object.values(template.findResources(type))) {
      const text = JSON.stringify(Properties.PolicyDocument)
        .replaceAll(/\{"Ref":"\w*"\}/g, `"${'x'.repeat(110)}"`)
        .replaceAll(/\{"Fn::(GetAtt|Join)":.*?\]\]?\}/g, `"${'x'.repeat(120)}"`);
      expect(text.length).toBeLessThan(charactersMax);
    }
});
