/** Where an app's resources are: what ARNs and the bucket's name are made of. */

/** A Region of an account. */
export interface Place {
  /** 'aws', or that of China or a government. */
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

/**
 * Finds the place once a process. The account stands in every queue's URL, which is asked for anyway, so no
 * further service and no permission is needed; `queueName` is any queue of the app.
 */
export function createPlace(
  url: (queueName: string) => Promise<string>,
  region: () => Promise<string>,
  queueName: string,
): () => Promise<Place> {
  let found: Promise<Place> | undefined;
  const find = async (): Promise<Place> => {
    const [address, name] = await Promise.all([url(queueName), region()]);
    // https://sqs.eu-north-1.amazonaws.com/123456789012/shop-dev-work
    const account = address.split('/').at(-2) ?? '';
    return { partition: partitionOf(name), region: name, account };
  };
  return async () => {
    found ??= find();
    try {
      return await found;
    } catch (error) {
      // The next call asks again, as for URLs.
      found = undefined;
      throw error;
    }
  };
}

/** The ARN of a resource here. */
export function arnOf({ partition, region, account }: Place, service: string, resource: string): string {
  return `arn:${partition}:${service}:${region}:${account}:${resource}`;
}

/** The partitions whose Regions customers use; others are closed networks with names of their own. */
function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
