/** Code that comes as a zip: unpacked into folders of this machine, which live as long as the emulator. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize, sep } from 'node:path';
import { unzipSync } from 'fflate';
import type { Bundle } from './bundle.ts';
import { invalidParameter } from './errors.ts';
import { UNZIPPED_MAX_BYTES } from './limits.ts';

/** Unpacks archives, each content once. */
export interface Archives {
  unpack(zip: Uint8Array): Bundle;
  /** Removes the folders. */
  close(): void;
}

/** Makes an unpacker without folders. */
export function createArchives(): Archives {
  const bundles = new Map<string, Bundle>();
  return {
    unpack(zip) {
      const sha256 = createHash('sha256').update(zip).digest('base64');
      const known = bundles.get(sha256);
      if (known !== undefined) return known;
      const files = readFiles(zip);
      const folder = mkdtempSync(join(tmpdir(), 'celeriac-code-'));
      for (const [name, content] of files) {
        const path = join(folder, name);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, content);
      }
      const bundle: Bundle = { folder, sha256, sizeBytes: zip.length };
      bundles.set(sha256, bundle);
      return bundle;
    },
    close() {
      for (const { folder } of bundles.values())
        if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
      bundles.clear();
    },
  };
}

function readFiles(zip: Uint8Array): readonly (readonly [name: string, content: Uint8Array])[] {
  let total = 0;
  let unpacked: Readonly<Record<string, Uint8Array>>;
  try {
    unpacked = unzipSync(zip, {
      filter({ originalSize }) {
        total += originalSize;
        return total <= UNZIPPED_MAX_BYTES;
      },
    });
  } catch {
    throw invalidParameter(
      'Could not unzip uploaded file. Please check your file, then try to upload again.',
    );
  }
  if (total > UNZIPPED_MAX_BYTES)
    throw invalidParameter(`Unzipped size must be smaller than ${UNZIPPED_MAX_BYTES} bytes`);
  const files = Object.entries(unpacked).filter(([name]) => !name.endsWith('/'));
  if (files.length === 0) throw invalidParameter('Uploaded file must be a non-empty zip');
  // A name in an archive is a stranger's text: it must not lead out of the folder.
  if (files.some(([name]) => normalize(name).split(sep)[0] === '..' || /^([/\\]|[a-z]:)/i.test(name)))
    throw invalidParameter('Could not unzip uploaded file: it holds a path outside of its own folder.');
  return files;
}
