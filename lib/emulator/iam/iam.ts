/**
 * The emulated IAM: nobody is refused anything, so all there is are roles and the caller. The roles of stacks
 * are seen too; policies are not kept.
 */
import type { Clock } from '../clock.ts';
import type { Journal, Kept } from '../data/journal.ts';
import { createSeldom } from '../data/seldom.ts';
import { ServiceError } from '../error.ts';
import { number, type Operations, requiredText, text, toCall } from '../operations.ts';
import type { Output, Service } from '../service.ts';

interface Role {
  readonly name: string;
  readonly path: string;
  readonly trust: string;
  readonly description: string;
  readonly sessionMaxS: number;
  readonly at: number;
}

export interface IamOptions {
  readonly clock: Clock;
  /** The names of roles that stacks of an account hold. */
  readonly stackRoles: (account: string) => Iterable<string>;
  readonly journal?: Journal;
}

export interface Iam extends Service {
  /** What outlives the process: the roles. */
  kept(): readonly Kept[];
}

const HOUR_S = 3600;

/** Makes an emulated IAM without roles. */
export function createIam({ clock, journal, stackRoles }: IamOptions): Iam {
  const roles = new Map<string, Role>();
  // What `all` gave is what comes back.
  const take = (key: string, value: unknown) => void roles.set(key, value as Role);
  const keeper = createSeldom(journal, [{ kind: 'iam.role', all: () => roles, take }]);

  function find(account: string, name: string): Role {
    const own = roles.get(`${account}/${name}`);
    if (own !== undefined) return own;
    if ([...stackRoles(account)].includes(name))
      return { name, path: '/', trust: '{}', description: '', sessionMaxS: HOUR_S, at: clock.now() };
    const message = `The role with name ${name} cannot be found.`;
    throw new ServiceError('NoSuchEntityException', message, { status: 404 });
  }

  const operations: Operations = {
    GetUser: (_input, { account }) => ({
      User: {
        ...{ UserName: 'emulator', UserId: 'AIDAEMULATOR', Path: '/', CreateDate: new Date(0) },
        Arn: `arn:aws:iam::${account}:user/emulator`,
      },
    }),
    GetRole: (input, { account }) => ({
      Role: show(account, find(account, requiredText(input, 'RoleName'))),
    }),
    CreateRole(input, { account }) {
      const name = requiredText(input, 'RoleName');
      const key = `${account}/${name}`;
      if (roles.has(key)) {
        const message = `Role with name ${name} already exists.`;
        throw new ServiceError('EntityAlreadyExistsException', message, { status: 409 });
      }
      const role: Role = {
        name,
        path: text(input, 'Path') ?? '/',
        trust: requiredText(input, 'AssumeRolePolicyDocument'),
        description: text(input, 'Description') ?? '',
        sessionMaxS: number(input, 'MaxSessionDuration') ?? HOUR_S,
        at: clock.now(),
      };
      roles.set(key, role);
      return { Role: show(account, role) };
    },
    DeleteRole(input, { account }) {
      const { name } = find(account, requiredText(input, 'RoleName'));
      roles.delete(`${account}/${name}`);
      return {};
    },
  };
  return { call: keeper.after(toCall('iam', operations)), kept: () => keeper.kept };
}

function show(account: string, { name, path, trust, description, sessionMaxS, at }: Role): Output {
  return {
    ...{ RoleName: name, Path: path, Description: description, MaxSessionDuration: sessionMaxS },
    RoleId: 'AROAEMULATOR',
    Arn: `arn:aws:iam::${account}:role${path}${name}`,
    CreateDate: new Date(at),
    // IAM gives documents as they stand in a URL.
    AssumeRolePolicyDocument: encodeURIComponent(trust),
  };
}
