/** Queue URLs: which queue one means. */
import { ServiceError } from '../error.ts';
import type { Caller } from '../service.ts';
import { toArn } from './queue.ts';

/** URLs that are remembered; clients use few, and a client that makes them up must not fill the memory. */
const REMEMBERED_MAX = 10_000;

/**
 * What a URL means in each region: it is asked with every call, and reading it takes longer than finding it.
 */
const remembered = new Map<string, Map<string, string>>();

/**
 * The ARN of the queue that a QueueUrl means to a caller; AWS takes a bare name too. The host is ignored, and
 * the region is the caller's. Throws InvalidAddress.
 */
export function arnOfUrl(url: string, caller: Caller): string {
  // A bare name means another queue to each caller.
  if (!url.includes('/')) return toArn({ account: caller.account, name: url, region: caller.region });
  let regions = remembered.get(url);
  if (regions === undefined) {
    if (remembered.size >= REMEMBERED_MAX) remembered.clear();
    regions = new Map();
    remembered.set(url, regions);
  }
  let arn = regions.get(caller.region);
  if (arn === undefined) {
    if (regions.size >= REMEMBERED_MAX) regions.clear();
    arn = toArn({ ...parseUrl(url), region: caller.region });
    regions.set(caller.region, arn);
  }
  return arn;
}

function parseUrl(url: string): { account: string; name: string } {
  const segments = url
    .replace(/^[a-z]+:\/\/[^/]*/, '')
    .split('/')
    .filter(Boolean);
  const [account, name] = segments.slice(-2);
  if (account === undefined || name === undefined || !/^\d{12}$/.test(account)) {
    throw new ServiceError('InvalidAddress', `The address ${url} is not valid for this endpoint.`, {
      status: 404,
    });
  }
  return { account, name };
}
