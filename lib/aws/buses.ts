/** The port Buses over EventBridge. */
import { EVENT_TYPE } from '../runtime/entry-size.ts';
import type { Buses, EntryFailure } from '../runtime/ports.ts';
import type { Call } from './call.ts';
import { marked } from './final-error.ts';
import { arnOf, type Place } from './place.ts';

/** Pages of 100 rules; a bus has at most 300, and a queue one for each exchange. */
const PAGES_MAX = 10;

/** Buses over EventBridge. */
export function createBuses(call: Call, place: () => Promise<Place>): Buses {
  return {
    async put(busName, events) {
      const Entries = events.map(({ source, detail }) => ({
        EventBusName: busName,
        Source: source,
        DetailType: EVENT_TYPE,
        Detail: detail,
      }));
      try {
        const answer = await call('eventbridge', 'PutEvents', { Entries });
        return failures(answer.Entries);
      } catch (error) {
        throw marked(error, FINAL, ENTRY_FAULT);
      }
    },
    async replay(request) {
      const here = await place();
      const { busName, archiveName, replayName, from, to, queueNames } = request;
      const rules = queueNames === undefined ? [] : await rulesOf(call, here, busName, queueNames);
      await call('eventbridge', 'StartReplay', {
        ReplayName: replayName,
        EventSourceArn: arnOf(here, 'events', `archive/${archiveName}`),
        EventStartTime: from,
        EventEndTime: to,
        Destination: {
          Arn: arnOf(here, 'events', `event-bus/${busName}`),
          ...(queueNames === undefined
            ? {}
            : { FilterArns: rules.map((rule) => arnOf(here, 'events', `rule/${busName}/${rule}`)) }),
        },
      });
      return replayName;
    },
  };
}

/** The names of the rules that feed these queues; they are generated, so only EventBridge knows them. */
async function rulesOf(
  call: Call,
  here: Place,
  busName: string,
  queueNames: readonly string[],
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const queueName of queueNames) {
    let page: string | undefined;
    for (let pages = 0; pages < PAGES_MAX; pages++) {
      const answer = await call('eventbridge', 'ListRuleNamesByTarget', {
        TargetArn: arnOf(here, 'sqs', queueName),
        EventBusName: busName,
        ...(page === undefined ? {} : { NextToken: page }),
      });
      found.push(...(answer.RuleNames ?? []));
      page = answer.NextToken;
      if (page === undefined) break;
    }
  }
  if (found.length > 0) return found;
  // Without a filter everybody would get the messages.
  const error = new Error(`no rule of bus '${busName}' feeds ${queueNames.join(', ')}; deploy the app`);
  throw Object.assign(error, { name: 'NoRule' });
}

/** Codes of entries that sending again may mend; EventBridge says of each whether it is one (PutEvents). */
const RETRYABLE = /^(InternalFailure|InternalException|Throttling(Exception)?|ServiceUnavailable)$/;

/** PutEvents answers 200 with one result an entry, in their order; those that failed have a code. */
function failures(
  results: readonly { ErrorCode?: string | undefined; ErrorMessage?: string | undefined }[] = [],
): readonly EntryFailure[] {
  return results.flatMap(({ ErrorCode: code, ErrorMessage: message = '' }, index) =>
    code === undefined ? [] : [{ index, code, message, retryable: RETRYABLE.test(code) }],
  );
}

const ENTRY_FAULT = /^ValidationException$/;
/** The permission is missing. That a bus is missing is told by no answer: AWS takes such events. */
const FINAL = /^(AccessDenied|UnrecognizedClient|InvalidClientTokenId)|CredentialsProviderError/;
