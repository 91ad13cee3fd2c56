/**
 * The configuration of a function: read from an operation's input, checked as AWS checks it, and shown as AWS
 * shows it.
 */
import type { Input, Output } from '../service.ts';
import { outletOf } from './arn.ts';
import { constraintBroken, invalidParameter, notServed } from './errors.ts';
import {
  isStructure,
  optionalChoice,
  optionalInteger,
  optionalStructure,
  optionalText,
  optionalTextMap,
  optionalTexts,
  refuseMembers,
} from './input.ts';
import {
  MEMORY_MAX_MB,
  MEMORY_MIN_MB,
  STORAGE_MAX_MB,
  STORAGE_MIN_MB,
  TIMEOUT_DEFAULT_S,
  TIMEOUT_MAX_S,
  VARIABLES_MAX_BYTES,
} from './limits.ts';

/** The configuration of a function, complete and checked. */
export interface Settings {
  readonly runtime: string;
  readonly role: string;
  readonly handler: string;
  readonly description: string;
  readonly timeoutS: number;
  readonly memoryMb: number;
  readonly variables: Readonly<Record<string, string>>;
  /** Where an asynchronous event goes after its last attempt, as an SQS ARN. */
  readonly deadLetterArn?: string;
  readonly logGroup: string;
  readonly architecture: string;
  readonly storageMb: number;
  /** Kept and shown, without effect here: networks, keys and traces do not exist in the emulator. */
  readonly shown: Readonly<Record<string, unknown>>;
}

/** Variables that Lambda sets itself and lets nobody set (Lambda environment variables, reserved). */
const RESERVED: ReadonlySet<string> = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_DEFAULT_REGION',
  'AWS_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_LAMBDA_RUNTIME_API',
  'LAMBDA_TASK_ROOT',
  'LAMBDA_RUNTIME_DIR',
]);

const UNSERVED = [
  'Layers',
  'FileSystemConfigs',
  'ImageConfig',
  'TenancyConfig',
  'CapacityProviderConfig',
  'DurableConfig',
];
const SHOWN = ['KMSKeyArn', 'VpcConfig', 'TracingConfig', 'LoggingConfig', 'SnapStart'];

/** Reads a whole configuration, or the changes to an old one. */
export function readSettings(operation: string, name: string, input: Input, old?: Settings): Settings {
  refuseMembers(operation, input, UNSERVED);
  const runtime = optionalText(input, 'Runtime') ?? old?.runtime;
  const handler = optionalText(input, 'Handler') ?? old?.handler;
  const role = optionalText(input, 'Role') ?? old?.role;
  if (role === undefined) throw constraintBroken(undefined, 'role', 'Member must not be null');
  if (runtime === undefined || handler === undefined) {
    throw invalidParameter(
      'Runtime and Handler are mandatory parameters for functions created with deployment packages.',
    );
  }
  checkRuntime(runtime);
  const logging = optionalStructure(input, 'LoggingConfig');
  const deadLetterArn = readDeadLetter(operation, input, old);
  return {
    runtime,
    handler,
    role,
    description: optionalText(input, 'Description') ?? old?.description ?? '',
    timeoutS: optionalInteger(input, 'Timeout', 1, TIMEOUT_MAX_S) ?? old?.timeoutS ?? TIMEOUT_DEFAULT_S,
    memoryMb:
      optionalInteger(input, 'MemorySize', MEMORY_MIN_MB, MEMORY_MAX_MB) ?? old?.memoryMb ?? MEMORY_MIN_MB,
    variables: readVariables(input) ?? old?.variables ?? {},
    ...(deadLetterArn === undefined ? {} : { deadLetterArn }),
    logGroup: readLogGroup(logging) ?? old?.logGroup ?? `/aws/lambda/${name}`,
    architecture: readArchitecture(input) ?? old?.architecture ?? 'x86_64',
    storageMb: readStorage(input) ?? old?.storageMb ?? STORAGE_MIN_MB,
    shown: readShown(input, old),
  };
}

/** The members of FunctionConfiguration that come from the settings. */
export function showSettings(settings: Settings): Output {
  const { deadLetterArn, variables } = settings;
  return {
    Runtime: settings.runtime,
    Role: settings.role,
    Handler: settings.handler,
    Description: settings.description,
    Timeout: settings.timeoutS,
    MemorySize: settings.memoryMb,
    ...(deadLetterArn === undefined ? {} : { DeadLetterConfig: { TargetArn: deadLetterArn } }),
    ...(Object.keys(variables).length === 0 ? {} : { Environment: { Variables: variables } }),
    PackageType: 'Zip',
    Architectures: [settings.architecture],
    EphemeralStorage: { Size: settings.storageMb },
    TracingConfig: { Mode: 'PassThrough' },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    LoggingConfig: { LogFormat: 'Text', LogGroup: settings.logGroup },
    ...settings.shown,
  };
}

function checkRuntime(runtime: string): void {
  if (/^nodejs(2[02468])\.x$/.test(runtime)) return;
  throw notServed(`Runtime '${runtime}'; it runs nodejs20.x and later, on the Node.js of this process`);
}

function readVariables(input: Input): Readonly<Record<string, string>> | undefined {
  const environment = optionalStructure(input, 'Environment');
  if (environment === undefined) return undefined;
  const variables = optionalTextMap(environment, 'Variables') ?? {};
  const problem =
    'Lambda was unable to configure your environment variables because ' +
    'the environment variables you have provided';
  const reserved = Object.keys(variables).filter((name) => RESERVED.has(name));
  if (reserved.length > 0) {
    throw invalidParameter(
      `${problem} contains reserved keys that are currently not supported for modification. ` +
        `Reserved keys used in this request: ${reserved.join(', ')}`,
    );
  }
  for (const name of Object.keys(variables)) {
    if (/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) continue;
    throw constraintBroken(name, 'environment.variables', 'Map keys must satisfy: [a-zA-Z]([a-zA-Z0-9_])+');
  }
  const text = JSON.stringify(variables);
  if (Buffer.byteLength(text) > VARIABLES_MAX_BYTES) {
    throw invalidParameter(`${problem} exceeded the 4KB limit. String measured: ${text}`);
  }
  return variables;
}

function readDeadLetter(operation: string, input: Input, old: Settings | undefined): string | undefined {
  const config = optionalStructure(input, 'DeadLetterConfig');
  if (config === undefined) return old?.deadLetterArn;
  const arn = optionalText(config, 'TargetArn');
  if (arn === undefined || arn === '') return undefined;
  const outlet = outletOf(arn);
  if (outlet === undefined || outlet.kind === 'bus')
    throw notServed(`DeadLetterConfig of ${operation} to anything but a queue or a topic: ${arn}`);
  if (outlet.fifo) {
    const rule = `a dead-letter ${outlet.kind} of Lambda is a standard one`;
    throw invalidParameter(`The provided target ${arn} is a FIFO ${outlet.kind}; ${rule}`);
  }
  return arn;
}

function readLogGroup(logging: Input | undefined): string | undefined {
  return logging === undefined ? undefined : optionalText(logging, 'LogGroup');
}

function readArchitecture(input: Input): string | undefined {
  const architectures = optionalTexts(input, 'Architectures');
  if (architectures === undefined) return undefined;
  const [architecture] = architectures;
  if (architectures.length !== 1 || (architecture !== 'arm64' && architecture !== 'x86_64')) {
    const shown = `[${architectures.join(', ')}]`;
    throw constraintBroken(shown, 'architectures', 'Member must satisfy enum value set: [x86_64, arm64]');
  }
  return architecture;
}

function readStorage(input: Input): number | undefined {
  const storage = optionalStructure(input, 'EphemeralStorage');
  return storage === undefined ? undefined : optionalInteger(storage, 'Size', STORAGE_MIN_MB, STORAGE_MAX_MB);
}

function readShown(input: Input, old: Settings | undefined): Readonly<Record<string, unknown>> {
  if (optionalChoice(input, 'PackageType', ['Zip', 'Image']) === 'Image')
    throw notServed('PackageType Image');
  const snapStart = optionalStructure(input, 'SnapStart');
  if (snapStart?.ApplyOn === 'PublishedVersions') {
    throw invalidParameter('SnapStart is not supported for Node.js runtimes.');
  }
  const shown: Record<string, unknown> = { ...old?.shown };
  for (const member of SHOWN) {
    const value = input[member] ?? undefined;
    if (value === undefined) continue;
    shown[member] = isStructure(value) && isStructure(shown[member]) ? { ...shown[member], ...value } : value;
  }
  return shown;
}
