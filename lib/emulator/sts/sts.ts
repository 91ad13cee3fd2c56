/**
 * The emulated STS: it says who a caller is, and gives the credentials of any role to whoever asks. A key id
 * is the id of the account that it stands for, so that a role of another account works there.
 */
import type { Clock } from '../clock.ts';
import { ServiceError } from '../error.ts';
import { number, requiredText, toCall } from '../operations.ts';
import type { Output, Service } from '../service.ts';

const HOUR_S = 3600;

/** Makes an emulated STS. */
export function createSts({ clock }: { readonly clock: Clock }): Service {
  function credentials(account: string, seconds: number): Output {
    return {
      AccessKeyId: account,
      SecretAccessKey: 'emulator',
      SessionToken: 'emulator',
      Expiration: new Date(clock.now() + seconds * 1000),
    };
  }
  return {
    call: toCall('sts', {
      GetCallerIdentity: (_input, { account }) => ({
        UserId: 'AIDAEMULATOR',
        Account: account,
        Arn: `arn:aws:iam::${account}:user/emulator`,
      }),
      GetSessionToken: (input, { account }) => ({
        Credentials: credentials(account, number(input, 'DurationSeconds') ?? 12 * HOUR_S),
      }),
      AssumeRole(input) {
        const role = requiredText(input, 'RoleArn');
        const session = requiredText(input, 'RoleSessionName');
        const [, account, path] = /^arn:aws[a-z-]*:iam::(\d{12}):role\/(.+)$/.exec(role) ?? [];
        if (account === undefined || path === undefined)
          throw new ServiceError('ValidationError', `${role} is invalid`);
        const name = path.split('/').at(-1);
        return {
          Credentials: credentials(account, number(input, 'DurationSeconds') ?? HOUR_S),
          AssumedRoleUser: {
            AssumedRoleId: `AROAEMULATOR:${session}`,
            Arn: `arn:aws:sts::${account}:assumed-role/${name}/${session}`,
          },
        };
      },
    }),
  };
}
