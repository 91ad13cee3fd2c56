/** Where the code of a function comes from: a zip in the request or in S3, or a folder on this machine. */
import type { Input } from '../service.ts';
import type { Archives } from './archive.ts';
import { type Bundle, folderBundle, inlineBundle } from './bundle.ts';
import { invalidParameter } from './errors.ts';
import { optionalBytes, optionalText, refuseMembers } from './input.ts';

/** Reads objects of S3. */
export type ObjectReader = (
  bucket: string,
  key: string,
) => { readonly body: Uint8Array } | 'no bucket' | 'no key';

export interface CodeOptions {
  readonly archives: Archives;
  /** Absent where there is no S3. */
  readonly objects?: ObjectReader | undefined;
}

/**
 * The code of an operation's input. `Folder` is ours: an unpacked bundle on this machine, as a synthesized
 * app has it. A function whose code is registered in this process needs none.
 */
export function readCode(code: Input, functionName: string, inline: boolean, options: CodeOptions): Bundle {
  const folder = optionalText(code, 'Folder');
  if (folder !== undefined) return folderBundle(folder);
  if (inline) return inlineBundle(functionName);
  const zip = optionalBytes(code, 'ZipFile');
  if (zip !== undefined) return options.archives.unpack(zip);
  refuseMembers('Code', code, ['S3ObjectVersion', 'ImageUri', 'SourceKMSKeyArn']);
  const bucket = optionalText(code, 'S3Bucket');
  const key = optionalText(code, 'S3Key');
  if (bucket === undefined || key === undefined)
    throw invalidParameter('Please provide a source for function code.');
  return options.archives.unpack(readObject(bucket, key, options.objects));
}

function readObject(bucket: string, key: string, objects: ObjectReader | undefined): Uint8Array {
  const found = objects?.(bucket, key) ?? 'no bucket';
  if (typeof found === 'object') return found.body;
  const [code, message] =
    found === 'no bucket'
      ? ['NoSuchBucket', 'The specified bucket does not exist']
      : ['NoSuchKey', 'The specified key does not exist.'];
  throw invalidParameter(
    `Error occurred while GetObject. S3 Error Code: ${code}. S3 Error Message: ${message}`,
  );
}
