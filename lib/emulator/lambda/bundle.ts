/** A function's code: a folder on this machine, with the digest and the size that the API shows. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { invalidParameter } from './errors.ts';

/** The code of one version of a function. */
export interface Bundle {
  /** The unpacked code; absent for a function of this process. */
  readonly folder?: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** A function whose code is of this process has no bundle, but AWS's answers need a digest. */
export function inlineBundle(functionName: string): Bundle {
  return { sha256: createHash('sha256').update(functionName).digest('base64'), sizeBytes: 0 };
}

/** Reads a folder with a function's code. */
export function folderBundle(folder: string): Bundle {
  let root: string;
  try {
    root = realpathSync(folder);
    if (!statSync(root).isDirectory()) throw new Error(`${folder} is a file`);
  } catch (error) {
    throw invalidParameter(`Could not read the code of the function: ${String(error)}`);
  }
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for (const file of filesOf(root)) {
    const content = readFileSync(file);
    sizeBytes += content.length;
    hash.update(`${relative(root, file)}\0${content.length}\0`).update(content);
  }
  return { folder: root, sha256: hash.digest('base64'), sizeBytes };
}

function filesOf(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
