/** What is wrong with a publish that is described: all that a publisher would refuse it for at every fire. */
import type { StandardSchemaV1 as Schema } from '@standard-schema/spec';
import { isDuration } from '../core/duration.ts';
import { type Json, jsonProblem } from '../core/json.ts';
import { PRIORITY_MAX } from '../core/limits.ts';
import { redactJson, redactText } from '../core/redact.ts';
import { routingKeys } from '../core/routing/route.ts';
import { checkRoutingKey, topicMatches } from '../core/routing/topic.ts';
import { CeleriacError } from '../errors.ts';
import type { App } from './app.ts';
import { type CallProblem, groupProblems, inputIssue } from './call-problems.ts';
import { type AnyExchange, isOneSchema } from './exchange.ts';
import type { DescribedPublish } from './publication.ts';
import type { Queue } from './queue.ts';

/** The schemas that a message has to fit under a routing key; undefined: it takes none under this one. */
export function schemasAt({ type, messages }: AnyExchange, key: string): readonly Schema[] | undefined {
  if (messages === undefined) return [];
  if (isOneSchema(messages)) return [messages];
  // Exchanges without keys have one schema for all, and where somebody wrote a table none can be chosen.
  if (type !== 'topic' && type !== 'direct') return Object.values(messages);
  const found = Object.entries(messages).filter(([pattern]) =>
    type === 'topic' ? topicMatches(pattern, key) : pattern === key,
  );
  return found.length === 0 ? undefined : found.map(([, schema]) => schema);
}

/** The problems of a publish to an exchange or a queue that the app has. */
export function publishProblems(
  app: Pick<App, 'tasks'>,
  to: AnyExchange | Queue,
  publish: DescribedPublish,
): readonly CallProblem[] {
  const problems = [
    ...keyProblems(publish),
    ...optionProblems(to, publish),
    ...(to.kind === 'exchange' ? messageProblems(app, to, publish) : []),
  ];
  if (problems.length > 0) return problems;
  return groupProblems(`${to.kind} '${to.name}'`, to, publish.message, publish.options.group);
}

function keyProblems({ key, options }: DescribedPublish): CallProblem[] {
  try {
    for (const one of routingKeys({ key, headers: options.headers ?? {} })) checkRoutingKey(one);
    return [];
  } catch (error) {
    if (error instanceof CeleriacError) return [{ code: error.code, text: error.message }];
    throw error;
  }
}

function optionProblems(to: AnyExchange | Queue, { options }: DescribedPublish): CallProblem[] {
  const { expires, priority = 0, group } = options;
  const problems: CallProblem[] = [];
  if (expires !== undefined && !isDuration(expires))
    problems.push({ code: 'INVALID_DURATION', text: `expires is '${expires}'; write it as '30s'` });
  if (!Number.isInteger(priority) || priority < 0 || priority > PRIORITY_MAX)
    problems.push({
      code: 'INVALID_PRIORITY',
      text: `priority is ${priority}; give a whole number from 0 to ${PRIORITY_MAX}`,
    });
  if (group !== undefined && !to.ordered)
    problems.push({
      code: 'GROUP_ON_STANDARD_QUEUE',
      text: `${to.kind} '${to.name}' is not ordered and keeps no groups; drop group`,
    });
  return problems;
}

/** Where its schemas say so at once; what one says later, the publisher of the fire hears. */
function messageProblems(
  { tasks }: Pick<App, 'tasks'>,
  exchange: AnyExchange,
  { key, message }: DescribedPublish,
): CallProblem[] {
  const schemas = schemasAt(exchange, key);
  if (schemas === undefined) {
    const patterns = Object.keys(exchange.messages ?? {}).join(', ');
    const text =
      `exchange '${exchange.name}' has no messages under the routing key '${key}'; it has ` + patterns;
    return [{ code: 'UNKNOWN_ROUTING_KEY', text }];
  }
  const isJson = message !== undefined && jsonProblem(message) === undefined;
  return schemas.flatMap((schema) => {
    const issue = inputIssue(schema, message);
    if (issue === undefined) return [];
    // A message that is no JSON is refused by itself; `jsonProblem` has just shown that this one is.
    const secrets = isJson ? tasks.flatMap(({ redact }) => redactJson(message as Json, redact).secrets) : [];
    const text = `exchange '${exchange.name}' does not take this message: ${redactText(issue, secrets)}`;
    return [{ code: 'INVALID_MESSAGE' as const, text }];
  });
}
