/** One function: its identity, its code and configuration, and what the API shows of it. */
import type { Output } from '../service.ts';
import { functionArn } from './arn.ts';
import type { Bundle } from './bundle.ts';
import type { Statement } from './permissions.ts';
import { type Settings, showSettings } from './settings.ts';
import type { FunctionUrl } from './urls.ts';

/** Asynchronous invocation's own settings (PutFunctionEventInvokeConfig). */
export interface AsyncSettings {
  readonly retriesMax?: number;
  readonly eventAgeMaxS?: number;
  readonly onSuccessArn?: string;
  readonly onFailureArn?: string;
  readonly modifiedAt: number;
}

/**
 * The state of a function, a version or an alias, under its own ARN. Its fields are replaced by the API's
 * operations, never changed in place.
 */
export interface LambdaFunction {
  readonly arn: string;
  readonly name: string;
  readonly account: string;
  readonly region: string;
  /** `$LATEST`, or the number that it was published under. */
  version: string;
  settings: Settings;
  bundle: Bundle;
  tags: Readonly<Record<string, string>>;
  revision: string;
  modifiedAt: number;
  recursiveLoop: 'Allow' | 'Terminate';
  reservedConcurrency?: number | undefined;
  asyncSettings?: AsyncSettings | undefined;
  url?: FunctionUrl | undefined;
  policy?: readonly Statement[] | undefined;
  /** Of an alias only; its version is the one that it names. */
  alias?: { readonly name: string; readonly description: string } | undefined;
  /** The last number that was given out. */
  lastVersion?: number | undefined;
}

/** What a function is made of. */
export interface NewFunction {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly settings: Settings;
  readonly bundle: Bundle;
  readonly tags: Readonly<Record<string, string>>;
  readonly revision: string;
  readonly at: number;
}

/** Makes a function's first state. */
export function createFunction(made: NewFunction): LambdaFunction {
  const { account, region, name, settings, bundle, tags, revision, at } = made;
  return {
    arn: functionArn(account, region, name),
    name,
    account,
    region,
    version: '$LATEST',
    settings,
    bundle,
    tags,
    revision,
    modifiedAt: at,
    recursiveLoop: 'Terminate',
  };
}

/**
 * FunctionConfiguration, as the API shows it. Everything is active at once: nothing here takes time to be
 * made.
 */
export function showFunction(fn: LambdaFunction): Output {
  return {
    FunctionName: fn.name,
    FunctionArn: fn.arn,
    ...showSettings(fn.settings),
    CodeSize: fn.bundle.sizeBytes,
    CodeSha256: fn.bundle.sha256,
    Version: fn.version,
    RevisionId: fn.revision,
    LastModified: new Date(fn.modifiedAt).toISOString().replace('Z', '+0000'),
    State: 'Active',
    LastUpdateStatus: 'Successful',
  };
}

/** The process.env of an environment of the function. */
export function environmentVariables(
  fn: LambdaFunction,
  logStream: string,
  endpoint: string | undefined,
): Readonly<Record<string, string>> {
  const { settings } = fn;
  return {
    LANG: 'en_US.UTF-8',
    PATH: '/usr/local/bin:/usr/bin:/bin',
    TZ: 'UTC',
    ...(endpoint === undefined ? {} : { AWS_ENDPOINT_URL: endpoint }),
    ...settings.variables,
    AWS_REGION: fn.region,
    AWS_DEFAULT_REGION: fn.region,
    // The emulator asks nobody for real keys; the id of the account as key id shows whose call it is.
    AWS_ACCESS_KEY_ID: fn.account,
    AWS_SECRET_ACCESS_KEY: 'emulator',
    AWS_SESSION_TOKEN: 'emulator',
    AWS_EXECUTION_ENV: `AWS_Lambda_${settings.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: fn.name,
    AWS_LAMBDA_FUNCTION_VERSION: fn.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: settings.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    LAMBDA_TASK_ROOT: fn.bundle.folder ?? '',
    _HANDLER: settings.handler,
  };
}
