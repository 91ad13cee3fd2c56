/** The settings of asynchronous invocation (FunctionEventInvokeConfig): read, checked and shown. */
import type { Clock } from '../clock.ts';
import type { Input, Output } from '../service.ts';
import { outletOf, qualifiedArn } from './arn.ts';
import { invalidParameter, notFound, notServed } from './errors.ts';
import type { AsyncSettings, LambdaFunction } from './function.ts';
import type { Functions, Operation } from './functions.ts';
import { optionalInteger, optionalStructure, optionalText } from './input.ts';
import { ASYNC_RETRIES_MAX, EVENT_AGE_MAX_S, EVENT_AGE_MIN_S } from './limits.ts';

/** Reads whole settings, or changes to old ones. */
function readAsyncSettings(input: Input, now: number, old?: AsyncSettings): AsyncSettings {
  const retriesMax = optionalInteger(input, 'MaximumRetryAttempts', 0, ASYNC_RETRIES_MAX) ?? old?.retriesMax;
  const eventAgeMaxS =
    optionalInteger(input, 'MaximumEventAgeInSeconds', EVENT_AGE_MIN_S, EVENT_AGE_MAX_S) ?? old?.eventAgeMaxS;
  const destinations = optionalStructure(input, 'DestinationConfig');
  const onSuccessArn =
    destinations === undefined ? old?.onSuccessArn : readDestination(destinations, 'OnSuccess');
  const onFailureArn =
    destinations === undefined ? old?.onFailureArn : readDestination(destinations, 'OnFailure');
  return {
    ...(retriesMax === undefined ? {} : { retriesMax }),
    ...(eventAgeMaxS === undefined ? {} : { eventAgeMaxS }),
    ...(onSuccessArn === undefined ? {} : { onSuccessArn }),
    ...(onFailureArn === undefined ? {} : { onFailureArn }),
    modifiedAt: now,
  };
}

/** FunctionEventInvokeConfig, as the API shows it. */
function showAsyncSettings(functionArn: string, settings: AsyncSettings): Output {
  const { retriesMax, eventAgeMaxS, onSuccessArn, onFailureArn } = settings;
  return {
    FunctionArn: qualifiedArn(functionArn),
    LastModified: new Date(settings.modifiedAt),
    ...(retriesMax === undefined ? {} : { MaximumRetryAttempts: retriesMax }),
    ...(eventAgeMaxS === undefined ? {} : { MaximumEventAgeInSeconds: eventAgeMaxS }),
    DestinationConfig: {
      OnSuccess: onSuccessArn === undefined ? {} : { Destination: onSuccessArn },
      OnFailure: onFailureArn === undefined ? {} : { Destination: onFailureArn },
    },
  };
}

/** The operations of the API on these settings. */
export function asyncOperations(
  resolve: Functions['resolve'],
  clock: Clock,
): Readonly<Record<string, Operation>> {
  function existing(fn: LambdaFunction) {
    if (fn.asyncSettings !== undefined) return fn.asyncSettings;
    throw notFound(`The function ${qualifiedArn(fn.arn)} doesn't have an EventInvokeConfig`);
  }
  return {
    PutFunctionEventInvokeConfig(input, caller) {
      const fn = resolve(input, caller);
      fn.asyncSettings = readAsyncSettings(input, clock.now());
      return showAsyncSettings(fn.arn, fn.asyncSettings);
    },
    UpdateFunctionEventInvokeConfig(input, caller) {
      const fn = resolve(input, caller);
      fn.asyncSettings = readAsyncSettings(input, clock.now(), existing(fn));
      return showAsyncSettings(fn.arn, fn.asyncSettings);
    },
    GetFunctionEventInvokeConfig(input, caller) {
      const fn = resolve(input, caller);
      return showAsyncSettings(fn.arn, existing(fn));
    },
    DeleteFunctionEventInvokeConfig(input, caller) {
      const fn = resolve(input, caller);
      existing(fn);
      fn.asyncSettings = undefined;
      return {};
    },
  };
}

function readDestination(destinations: Input, member: 'OnSuccess' | 'OnFailure'): string | undefined {
  const destination = optionalStructure(destinations, member);
  const arn = destination === undefined ? undefined : optionalText(destination, 'Destination');
  if (arn === undefined || arn === '') return undefined;
  if (/^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9_$-]+)?$/.test(arn))
    return arn;
  const outlet = outletOf(arn);
  if (outlet === undefined)
    throw notServed(`the ${member} destination ${arn}; it serves queues, topics, event buses and functions`);
  if (outlet.fifo)
    throw invalidParameter(`The destination ARN ${arn} is invalid: FIFO ${outlet.kind}s are not supported.`);
  return arn;
}
