/** The port Blobs over S3. */
import type { Blobs } from '../runtime/ports.ts';
import type { Call } from './call.ts';
import { marked } from './final-error.ts';

/** What an object's body may be: the SDK's stream, or the bytes themselves. */
type Body = { transformToString(encoding?: string): Promise<string> } | Uint8Array;

/** Payloads as objects of one bucket, under the keys given. */
export function createBlobs(call: Call, bucketName: () => Promise<string>): Blobs {
  return {
    async put(key, text) {
      const object = { Key: key, Body: Buffer.from(text), ContentType: 'application/json' };
      await call('s3', 'PutObject', { Bucket: await bucketName(), ...object }).catch(rethrow);
    },
    async get(key) {
      try {
        const answer = await call('s3', 'GetObject', { Bucket: await bucketName(), Key: key });
        // The SDK mixes its reader into the stream; without the SDK the bytes come as they are.
        const body = answer.Body as Body | undefined;
        if (body === undefined) return '';
        return 'transformToString' in body ? await body.transformToString('utf-8') : toText(body);
      } catch (error) {
        if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
        throw error;
      }
    },
  };
}

/** What no second try can mend. */
const FINAL =
  /^(NoSuchBucket|AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch)|CredentialsProviderError/;

function rethrow(error: unknown): never {
  throw marked(error, FINAL);
}

function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
