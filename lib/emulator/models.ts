/** The models of all services of one emulator, on one clock, each call counted and open to a fault plan. */
import { join } from 'node:path';
import type { Clock } from './clock.ts';
import type { StackBook } from './cloudformation/book.ts';
import { createCloudformation } from './cloudformation/cloudformation.ts';
import type { LoaderHost } from './cloudformation/loader.ts';
import type { Data } from './data/data.ts';
import type { Kept } from './data/journal.ts';
import { createDynamodb, type Dynamodb } from './dynamodb/dynamodb.ts';
import { ServiceError } from './error.ts';
import { createEventbridge, type Eventbridge } from './eventbridge/eventbridge.ts';
import { type Instrumented, instrument, type OnCall } from './instrument.ts';
import { createLambda, type Lambda } from './lambda/lambda.ts';
import type { OutletServices } from './lambda/outlets.ts';
import { createScheduler, type Scheduler, type SchedulerFaults } from './scheduler/scheduler.ts';
import { createRandom } from './seed.ts';
import type { Service } from './service.ts';
import { createSns, type Sns } from './sns/sns.ts';
import { createSqs, type Sqs, type SqsFaults } from './sqs/sqs.ts';
import { createSurroundings, keptAround, type Surroundings } from './surroundings.ts';
import type { Counters, TraceRing } from './trace.ts';
import { createUniversal } from './universal.ts';

/** The models of all services, by name. */
export interface Services extends Surroundings {
  readonly sqs: Sqs;
  readonly dynamodb: Instrumented<Dynamodb>;
  readonly lambda: Lambda;
  readonly sns: Sns;
  readonly eventbridge: Eventbridge;
  readonly scheduler: Scheduler;
  readonly cloudformation: Service;
}

/** What the models need; the first members are as in EmulatorOptions. */
export interface ModelOptions {
  readonly seed?: number;
  readonly sqsFaults?: SqsFaults;
  readonly schedulerFaults?: SchedulerFaults;
  readonly schedulerPrecisionMs?: number;
  readonly strict?: boolean;
  readonly log?: (line: string) => void;
  readonly onCall?: OnCall;
  /** Where services put what is to outlive the process. */
  readonly kept?: Pick<Data, 'folder' | 'journal' | 'bodies'>;
  readonly clock: Clock;
  readonly ring: Pick<TraceRing, 'add'>;
  readonly counters: Counters;
  /** The stacks, which loads write too. */
  readonly book: StackBook;
  /** How stacks reach the services. */
  readonly host: LoaderHost;
  /** Where the emulator listens, if it does. */
  readonly url: () => string | undefined;
}

const SCHEDULER_SALT = 0x5ced_0000;

/** Makes the models of an emulator, as they are. */
export function createModels(options: ModelOptions): Services {
  const { clock, counters, log, onCall, ring, seed, sqsFaults, strict, url } = options;
  const random = seed === undefined ? Math.random : createRandom(seed);
  const { book, host, kept } = options;
  const noted = kept === undefined ? {} : { journal: kept.journal };
  const shared = { clock, random, trace: ring.add, ...noted };
  const sqs = createSqs({
    ...shared,
    ...(sqsFaults === undefined ? {} : { faults: sqsFaults }),
    ...(strict === undefined ? {} : { strict }),
  });
  const surroundings = createSurroundings({
    ...{ clock, random, stackRoles: book.roles, ...noted },
    ...(kept === undefined ? {} : { bodies: kept.bodies }),
  });
  const { logs, s3, ssm } = surroundings;
  const dynamodb = createDynamodb({ clock, trace: ring.add, ...noted });
  const outlets: OutletServices = {};
  const lambda = createLambda({
    ...shared,
    outlets,
    streams: dynamodb,
    // Lambda's own calls are counted apart: no client made them.
    sqs: instrument('sqs', sqs, 'lambda', counters, onCall),
    endpoint: url,
    ...(kept === undefined ? {} : { codeFolder: join(kept.folder, 'code') }),
    objects: s3.read,
    log(line) {
      logs.print({ ...line, group: line.logGroup, stream: line.logStream });
      log?.(`${line.functionName} | ${line.text}`);
    },
  });
  const delivery = {
    ...shared,
    sqs: instrument('sqs', sqs, 'delivery', counters, onCall),
    lambda: instrument('lambda', lambda, 'delivery', counters, onCall),
  };
  const sns = createSns(delivery);
  const delivering = <S extends Service>(name: string, service: S) =>
    instrument(name, service, 'delivery', counters, onCall);
  const eventbridge = createEventbridge({ ...delivery, sns: delivering('sns', sns) });
  outlets.sns = instrument('sns', sns, 'lambda', counters, onCall);
  outlets.eventbridge = instrument('eventbridge', eventbridge, 'lambda', counters, onCall);
  const scheduler = createScheduler({
    ...{ ...delivery, ...noted, ...toSchedulerOptions(options) },
    sns: delivering('sns', sns),
    eventbridge: delivering('eventbridge', eventbridge),
    universal: createUniversal(() => models, delivering),
  });
  const sources = { object: s3.read, parameter: ssm.value };
  const cloudformation = createCloudformation({ book, host, sources, random });
  const models: Services = {
    ...{ sqs, dynamodb, lambda, sns, eventbridge, scheduler, cloudformation },
    ...surroundings,
  };
  return models;
}

/** Its chance is its own: whether there are schedules changes no id of another service. */
function toSchedulerOptions({ schedulerFaults, schedulerPrecisionMs, seed }: ModelOptions) {
  return {
    ...(seed !== undefined && { random: createRandom(seed ^ SCHEDULER_SALT) }),
    ...(schedulerFaults !== undefined && { faults: schedulerFaults }),
    ...(schedulerPrecisionMs !== undefined && { precisionMs: schedulerPrecisionMs }),
  };
}

/** What of all services outlives the process, in the order in which it is taken back. */
export function keptOf(services: Services): readonly Kept[] {
  const { sqs, dynamodb, lambda, sns, eventbridge, scheduler } = services;
  return [
    ...[sqs, dynamodb, lambda, sns, eventbridge, scheduler].flatMap((service) => service.kept()),
    ...keptAround(services),
  ];
}

/** Drops what is on its way between services, and every timer of theirs. */
export function closeAll({ sns, eventbridge, scheduler }: Services): void {
  sns.close();
  eventbridge.close();
  scheduler.close();
}

/** Begins with what an earlier process left, once functions can be reached. */
export function resumeAll({ lambda, sns, eventbridge }: Services): void {
  lambda.resume();
  sns.resume();
  eventbridge.resume();
}

/** The same services as clients see them: every call is counted, and goes through the hook. */
export function instrumentAll(models: Services, counters: Counters, onCall?: OnCall): Services {
  const seen = <S extends Service>(name: string, service: S) =>
    instrument(name, service, 'client', counters, onCall);
  return {
    sqs: seen('sqs', models.sqs),
    dynamodb: seen('dynamodb', models.dynamodb),
    lambda: seen('lambda', models.lambda),
    sns: seen('sns', models.sns),
    eventbridge: seen('eventbridge', models.eventbridge),
    scheduler: seen('scheduler', models.scheduler),
    cloudformation: seen('cloudformation', models.cloudformation),
    s3: seen('s3', models.s3),
    sts: seen('sts', models.sts),
    ssm: seen('ssm', models.ssm),
    iam: seen('iam', models.iam),
    logs: seen('logs', models.logs),
    cloudwatch: seen('cloudwatch', models.cloudwatch),
    secretsmanager: seen('secretsmanager', models.secretsmanager),
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
