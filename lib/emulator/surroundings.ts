/** The services around the ones that do the work: what a deployment and an application's settings call. */
import type { Clock } from './clock.ts';
import { type Cloudwatch, createCloudwatch } from './cloudwatch/cloudwatch.ts';
import type { Bodies } from './data/bodies.ts';
import type { Journal, Kept } from './data/journal.ts';
import { createIam, type Iam } from './iam/iam.ts';
import { createLogs, type Logs } from './logs/logs.ts';
import { createS3, type S3 } from './s3/s3.ts';
import { createSecrets, type Secrets } from './secrets/secrets.ts';
import type { Service } from './service.ts';
import { createSsm, type Ssm } from './ssm/ssm.ts';
import { createSts } from './sts/sts.ts';

export interface Surroundings {
  readonly s3: S3;
  readonly sts: Service;
  readonly ssm: Ssm;
  readonly iam: Iam;
  readonly logs: Logs;
  readonly cloudwatch: Cloudwatch;
  readonly secretsmanager: Secrets;
}

export interface SurroundingsOptions {
  readonly clock: Clock;
  readonly random: () => number;
  /** The names of roles that stacks of an account hold. */
  readonly stackRoles: (account: string) => Iterable<string>;
  /** Where services note what is to outlive the process. */
  readonly journal?: Journal;
  readonly bodies?: Bodies;
}

/** Makes these services, empty. */
export function createSurroundings(options: SurroundingsOptions): Surroundings {
  return {
    s3: createS3(options),
    sts: createSts(options),
    ssm: createSsm(options),
    iam: createIam(options),
    logs: createLogs(options),
    cloudwatch: createCloudwatch(options),
    secretsmanager: createSecrets(options),
  };
}

/** What of them outlives the process. */
export function keptAround({
  s3,
  ssm,
  iam,
  logs,
  cloudwatch,
  secretsmanager,
}: Surroundings): readonly Kept[] {
  return [s3, ssm, iam, logs, cloudwatch, secretsmanager].flatMap((service) => service.kept());
}
