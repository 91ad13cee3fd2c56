/** The models of all services of one emulator, on one clock, each call counted and open to a fault plan. */
import type { Clock } from './clock.ts';
import { createDynamodb, type Dynamodb } from './dynamodb/dynamodb.ts';
import { ServiceError } from './error.ts';
import { type Instrumented, instrument, type OnCall } from './instrument.ts';
import { createLambda, type Lambda } from './lambda/lambda.ts';
import { createRandom } from './seed.ts';
import type { Service } from './service.ts';
import { createSqs, type Sqs, type SqsFaults } from './sqs/sqs.ts';
import type { Counters, TraceRing } from './trace.ts';

export interface Services {
  readonly sqs: Sqs;
  readonly dynamodb: Instrumented<Dynamodb>;
  readonly lambda: Lambda;
}

/** What the models need; the first members are as in EmulatorOptions. */
export interface ModelOptions {
  readonly seed?: number;
  readonly sqsFaults?: SqsFaults;
  readonly strict?: boolean;
  readonly log?: (line: string) => void;
  readonly onCall?: OnCall;
  readonly clock: Clock;
  readonly ring: TraceRing;
  readonly counters: Counters;
  /** Where the emulator listens, if it does. */
  readonly url: () => string | undefined;
}

/** Makes the models of an emulator, as they are. */
export function createModels(options: ModelOptions): Services {
  const { clock, counters, log, onCall, ring, seed, sqsFaults, strict, url } = options;
  const random = seed === undefined ? Math.random : createRandom(seed);
  const shared = { clock, random, trace: ring.add };
  const sqs = createSqs({
    ...shared,
    ...(sqsFaults === undefined ? {} : { faults: sqsFaults }),
    ...(strict === undefined ? {} : { strict }),
  });
  const lambda = createLambda({
    ...shared,
    // Lambda's own calls are counted apart: no client made them.
    sqs: instrument('sqs', sqs, 'lambda', counters, onCall),
    endpoint: url,
    ...(log === undefined ? {} : { log: (line) => log(`${line.functionName} | ${line.text}`) }),
  });
  return { sqs, dynamodb: createDynamodb({ clock, trace: ring.add }), lambda };
}

/** The same services as clients see them: every call is counted, and goes through the hook. */
export function instrumentAll(models: Services, counters: Counters, onCall?: OnCall): Services {
  const { dynamodb, lambda, sqs } = models;
  return {
    sqs: instrument('sqs', sqs, 'client', counters, onCall),
    dynamodb: instrument('dynamodb', dynamodb, 'client', counters, onCall),
    lambda: instrument('lambda', lambda, 'client', counters, onCall),
  };
}

/** Finds a service by its name, or refuses it by name. */
export function findService(services: Services, name: string): Service {
  const served: Readonly<Record<string, Service>> = { ...services };
  const service = Object.hasOwn(served, name) ? served[name] : undefined;
  if (service !== undefined) return service;
  const message = `the emulator does not serve '${name}'; served: ${Object.keys(served).join(', ')}`;
  throw new ServiceError('NotImplementedException', message, { status: 501, fault: 'receiver' });
}
