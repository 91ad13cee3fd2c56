/** The emulated Secrets Manager: secrets with a current and a previous version. Nothing is rotated. */
import type { Clock } from '../clock.ts';
import type { Journal, Kept } from '../data/journal.ts';
import { byRegion, createSeldom } from '../data/seldom.ts';
import { ServiceError } from '../error.ts';
import {
  bytes,
  flag,
  number,
  type Operations,
  type PerRegion,
  type Place,
  page,
  perRegion,
  refuse,
  requiredText,
  structures,
  text,
  toCall,
} from '../operations.ts';
import type { Input, Output, Service } from '../service.ts';

interface Version {
  readonly id: string;
  readonly text?: string;
  readonly bytes?: Uint8Array;
  readonly at: number;
}

interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly tags: readonly Input[];
  description?: string | undefined;
  current?: Version | undefined;
  previous?: Version | undefined;
  changedAt: number;
  deletedAt?: number | undefined;
}

export interface SecretsOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly journal?: Journal;
}

export interface Secrets extends Service {
  /** What outlives the process: secrets with both versions, and when deleted ones go. */
  kept(): readonly Kept[];
}

/** The least and the default time in which a deleted secret can be taken back (DeleteSecret). */
const RECOVERY_DAYS = 30;
const DAY_MS = 86_400_000;

interface Store extends SecretsOptions {
  readonly of: PerRegion<Map<string, Secret>>;
  /** Ends a secret that is marked for deletion when its time has come. */
  readonly expire: (caller: Place, secret: Secret) => void;
}

/** Makes an emulated Secrets Manager without secrets. */
export function createSecrets(options: SecretsOptions): Secrets {
  const of = perRegion(() => new Map<string, Secret>());
  const kind = byRegion('secrets.secret', of);
  const keeper = createSeldom(options.journal, [{ ...kind, take }]);
  const store: Store = { ...options, of, expire };

  function expire(place: Place, secret: Secret): void {
    options.clock.at(secret.deletedAt ?? 0, () => {
      of(place).delete(secret.name);
      keeper.look();
    });
  }

  function take(key: string, value: unknown): void {
    kind.take(key, value);
    const [account = '', region = '', ...name] = key.split('/');
    const secret = of({ account, region }).get(name.join('/'));
    if (secret?.deletedAt !== undefined) expire({ account, region }, secret);
  }

  const operations: Operations = {
    CreateSecret: (input, caller) => create(store, input, caller),
    GetSecretValue: (input, caller) => getValue(alive(store, caller, input), input),
    PutSecretValue(input, caller) {
      refuse('secretsmanager: PutSecretValue', input, 'VersionStages', 'RotationToken');
      const secret = alive(store, caller, input);
      const { id } = putVersion(store, secret, input);
      return { ARN: secret.arn, Name: secret.name, VersionId: id, VersionStages: ['AWSCURRENT'] };
    },
    UpdateSecret(input, caller) {
      const secret = alive(store, caller, input);
      Object.assign(secret, described(input));
      return { ARN: secret.arn, Name: secret.name, ...putGiven(store, secret, input) };
    },
    DescribeSecret: (input, caller) => show(find(store, caller, input)),
    DeleteSecret: (input, caller) => remove(store, input, caller),
    ListSecrets(input, caller) {
      refuse('secretsmanager: ListSecrets', input, 'Filters');
      const all = [...store.of(caller).values()].filter(({ deletedAt }) => deletedAt === undefined);
      const { items, next } = page(all, text(input, 'NextToken'), number(input, 'MaxResults') ?? 100);
      return { SecretList: items.map(show), ...(next === undefined ? {} : { NextToken: next }) };
    },
  };
  return { call: keeper.after(toCall('secretsmanager', operations)), kept: () => keeper.kept };
}

function create(store: Store, input: Input, caller: Place): Output {
  refuse('secretsmanager: CreateSecret', input, 'AddReplicaRegions');
  const name = requiredText(input, 'Name');
  const all = store.of(caller);
  if (all.has(name)) {
    const message = `The operation failed because the secret ${name} already exists.`;
    throw new ServiceError('ResourceExistsException', message);
  }
  const { account, region } = caller;
  const arn = `arn:aws:secretsmanager:${region}:${account}:secret:${name}-${digits(store, 6, 36)}`;
  const at = store.clock.now();
  const tags = structures(input, 'Tags');
  const secret: Secret = { name, arn, createdAt: at, changedAt: at, tags, ...described(input) };
  const version = putGiven(store, secret, input);
  all.set(name, secret);
  return { ARN: arn, Name: name, ...version };
}

function getValue(secret: Secret, input: Input): Output {
  const wanted = text(input, 'VersionId');
  const stage = text(input, 'VersionStage') ?? (wanted === undefined ? 'AWSCURRENT' : undefined);
  const version = stagesOf(secret).find(
    ([each, label]) =>
      (wanted === undefined || each.id === wanted) && (stage === undefined || label === stage),
  );
  if (version === undefined) {
    const label = wanted === undefined ? `staging label: ${stage}` : `VersionId: ${wanted}`;
    throw notFound(`Secrets Manager can't find the specified secret value for ${label}`);
  }
  const [{ id, text: value, bytes: binary, at }, label] = version;
  return {
    ...{ ARN: secret.arn, Name: secret.name, VersionId: id, VersionStages: [label] },
    ...(value === undefined ? {} : { SecretString: value }),
    ...(binary === undefined ? {} : { SecretBinary: binary }),
    CreatedDate: new Date(at),
  };
}

function remove(store: Store, input: Input, caller: Place): Output {
  const secret = find(store, caller, input);
  const days = number(input, 'RecoveryWindowInDays') ?? RECOVERY_DAYS;
  const forced = flag(input, 'ForceDeleteWithoutRecovery');
  const at = store.clock.now() + (forced ? 0 : days * DAY_MS);
  secret.deletedAt = at;
  if (forced) store.of(caller).delete(secret.name);
  else store.expire(caller, secret);
  return { ARN: secret.arn, Name: secret.name, DeletionDate: new Date(at) };
}

function find(store: Store, caller: Place, input: Input): Secret {
  const id = requiredText(input, 'SecretId');
  const all = store.of(caller);
  // By name, by ARN, or by an ARN without the six characters that Secrets Manager adds.
  const found = all.get(id) ?? [...all.values()].find(({ arn }) => arn === id || arn.slice(0, -7) === id);
  if (found === undefined) throw notFound("Secrets Manager can't find the specified secret.");
  return found;
}

function alive(store: Store, caller: Place, input: Input): Secret {
  const secret = find(store, caller, input);
  if (secret.deletedAt === undefined) return secret;
  const message = "You can't perform this operation on the secret because it was marked for deletion.";
  throw new ServiceError('InvalidRequestException', message);
}

function putGiven(store: Store, secret: Secret, input: Input): { readonly VersionId?: string } {
  if (input.SecretString === undefined && input.SecretBinary === undefined) return {};
  return { VersionId: putVersion(store, secret, input).id };
}

function putVersion(store: Store, secret: Secret, input: Input): Version {
  const version = readVersion(store, input);
  secret.previous = secret.current;
  secret.current = version;
  secret.changedAt = store.clock.now();
  return version;
}

function readVersion(store: Store, input: Input): Version {
  const value = text(input, 'SecretString');
  const binary = bytes(input, 'SecretBinary');
  if ((value === undefined) === (binary === undefined)) {
    const message = 'You must provide either SecretString or SecretBinary.';
    throw new ServiceError('InvalidParameterException', message);
  }
  return {
    id: text(input, 'ClientRequestToken') ?? digits(store, 32, 16),
    ...(value === undefined ? {} : { text: value }),
    ...(binary === undefined ? {} : { bytes: binary }),
    at: store.clock.now(),
  };
}

function stagesOf({ current, previous }: Secret): readonly (readonly [Version, string])[] {
  return [
    ...(current === undefined ? [] : [[current, 'AWSCURRENT'] as const]),
    ...(previous === undefined ? [] : [[previous, 'AWSPREVIOUS'] as const]),
  ];
}

function show(secret: Secret): Output {
  const { arn, name, description, createdAt, changedAt, deletedAt, tags } = secret;
  return {
    ...{ ARN: arn, Name: name, Tags: tags },
    ...(description === undefined ? {} : { Description: description }),
    ...{ CreatedDate: new Date(createdAt), LastChangedDate: new Date(changedAt) },
    ...(deletedAt === undefined ? {} : { DeletedDate: new Date(deletedAt) }),
    VersionIdsToStages: Object.fromEntries(stagesOf(secret).map(([{ id }, label]) => [id, [label]])),
  };
}

function described(input: Input): { readonly description?: string } {
  const description = text(input, 'Description');
  return description === undefined ? {} : { description };
}

function digits({ random }: Store, count: number, base: number): string {
  return Array.from({ length: count }, () => Math.floor(random() * base).toString(base)).join('');
}

function notFound(message: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', message);
}
