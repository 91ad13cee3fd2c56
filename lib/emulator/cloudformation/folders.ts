/** Folders for code that stands in a template itself: Lambda runs code from folders only. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Folders {
  make(files: Readonly<Record<string, string>>): Promise<string>;
  remove(): Promise<void>;
}

/** Makes folders under the system's own for temporary files. */
export function createFolders(): Folders {
  const made: string[] = [];
  return {
    async make(files) {
      const folder = await mkdtemp(join(tmpdir(), 'celeriac-'));
      made.push(folder);
      for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
      return folder;
    },
    async remove() {
      await Promise.all(made.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
    },
  };
}
