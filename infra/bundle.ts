/**
 * How a function's code is bundled: minified CommonJS with the AWS SDK inside, for Node 20 although Lambda
 * runs 24, so that the emulator starts the very same file on the Node that runs the tests.
 *
 * The flags come from the topology. esbuild replaces them by literals, and what stands behind a false one
 * is left out: a queue whose tasks keep no state gets no DynamoDB client, an app without exchanges no client
 * of SNS and EventBridge. The CDK stages one bundle per
 * distinct set of these options, so workers with the same needs share an asset; nothing in here may
 * therefore depend on the queue.
 */
import { type BundlingOptions, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { WorkerNeeds } from '../lib/define/topology.ts';

/** What a user may add to the bundling; format, target and flags are Celeriac's. */
export interface BundlingProps
  extends Pick<
    BundlingOptions,
    'commandHooks' | 'esbuildArgs' | 'externalModules' | 'loader' | 'nodeModules' | 'tsconfig'
  > {
  /**
   * Ships source maps and turns them on (NODE_OPTIONS=--enable-source-maps), so that stacks name your own
   * lines; it costs some milliseconds at each cold start. @default false
   */
  readonly sourceMaps?: boolean;
  /**
   * The lock file that marks the root of the project. @default - the one found upwards from the working
   * directory
   */
  readonly depsLockFilePath?: string;
}

/** What a bundle must contain. */
export type BundleNeed = WorkerNeeds;

/** The options of NodejsFunction for a need. */
export function toBundling(need: BundleNeed, props: BundlingProps = {}): BundlingOptions {
  const { sourceMaps = false, depsLockFilePath: _, externalModules = [], esbuildArgs, ...more } = props;
  return {
    ...more,
    format: OutputFormat.CJS,
    target: 'node20',
    minify: true,
    sourceMap: sourceMaps,
    mainFields: ['module', 'main'],
    bundleAwsSDK: true,
    esbuildArgs: { ...QUIET, ...esbuildArgs },
    externalModules: [...externalModules, ...ELSEWHERE],
    define: {
      // Definitions meet the same way everywhere, and the Broker has just looked at them.
      CELERIAC_CHECKS: 'false',
      // A function's environments are frozen and thrown away: they wait for records, and have no reply queue.
      CELERIAC_REPLIES: 'false',
      CELERIAC_STATE: String(need.state),
      CELERIAC_WORKFLOWS: String(need.workflows),
      CELERIAC_FIRES: String(need.fires),
      CELERIAC_LIMITS: String(need.limits),
      CELERIAC_TELEMETRY: String(need.telemetry),
      CELERIAC_ROUTES: String(need.routes),
      CELERIAC_REDACT: String(need.redact),
      CELERIAC_MESSAGING: String(need.messaging),
      CELERIAC_TOPICS: String(need.topics),
      CELERIAC_BUS: String(need.bus),
      CELERIAC_BLOBS: String(need.blobs),
      CELERIAC_DEPTHS: String(need.depths),
      CELERIAC_SCHEDULES: String(need.later),
    },
  };
}

/** Only long-running workers ask where their own file lies, and those are no bundle. */
const QUIET = { '--log-override:empty-import-meta': 'silent' };

/**
 * Where the SDK looks for credentials on people's machines and in clusters, with clients of their own (SSO,
 * sign-in, STS). On Lambda they stand in the environment, so these would be 105 KB that nothing ever runs.
 */
const ELSEWHERE = [
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-login',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
];
