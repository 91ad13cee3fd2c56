/** The services around the ones that do the work: what a deployment and an application's settings call. */
import type { Clock } from './clock.ts';
import { createCloudwatch } from './cloudwatch/cloudwatch.ts';
import { createIam } from './iam/iam.ts';
import { createLogs, type Logs } from './logs/logs.ts';
import { createS3, type S3 } from './s3/s3.ts';
import { createSecrets } from './secrets/secrets.ts';
import type { Service } from './service.ts';
import { createSsm, type Ssm } from './ssm/ssm.ts';
import { createSts } from './sts/sts.ts';

export interface Surroundings {
  readonly s3: S3;
  readonly sts: Service;
  readonly ssm: Ssm;
  readonly iam: Service;
  readonly logs: Logs;
  readonly cloudwatch: Service;
  readonly secretsmanager: Service;
}

export interface SurroundingsOptions {
  readonly clock: Clock;
  readonly random: () => number;
  /** The names of roles that stacks of an account hold. */
  readonly stackRoles: (account: string) => Iterable<string>;
}

/** Makes these services, empty. */
export function createSurroundings({ clock, random, stackRoles }: SurroundingsOptions): Surroundings {
  return {
    s3: createS3({ clock, random }),
    sts: createSts({ clock }),
    ssm: createSsm({ clock }),
    iam: createIam({ clock, stackRoles }),
    logs: createLogs({ clock }),
    cloudwatch: createCloudwatch({ clock }),
    secretsmanager: createSecrets({ clock, random }),
  };
}
