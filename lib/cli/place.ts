/** Where a running app is reached: stage, Region, address and credentials. */
import { DEFAULT_STAGE } from '../define/topology.ts';
import { invalid } from './failure.ts';

export interface PlaceOptions {
  readonly stage?: string;
  readonly endpoint?: string;
  readonly region?: string;
}

export interface ReachedPlace {
  readonly stage: string;
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** The environment variables that are read. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Completes the options from the environment. An emulator on this machine takes any credentials, so none have
 * to be set up for it.
 */
export function toPlace(options: PlaceOptions, environment: Environment = process.env): ReachedPlace {
  const stage = options.stage ?? environment.CELERIAC_STAGE ?? DEFAULT_STAGE;
  const endpoint = options.endpoint ?? environment.AWS_ENDPOINT_URL;
  const region = options.region ?? environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION;
  const place = { stage, ...(region === undefined ? {} : { region }) };
  if (endpoint === undefined) return place;
  if (!/^https?:/.test(endpoint) || !URL.canParse(endpoint))
    throw invalid('--endpoint', endpoint, 'a URL such as http://127.0.0.1:4566');
  const reached = { ...place, endpoint };
  const known = environment.AWS_ACCESS_KEY_ID ?? environment.AWS_PROFILE;
  if (known !== undefined || !LOOPBACK.has(new URL(endpoint).hostname)) return reached;
  return { region: LOCAL_REGION, ...reached, credentials: LOCAL_CREDENTIALS };
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);
/** Where an app goes that is synthesized without a Region. */
const LOCAL_REGION = 'us-east-1';
const LOCAL_CREDENTIALS = { accessKeyId: 'dev', secretAccessKey: 'dev' } as const;
