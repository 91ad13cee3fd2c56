/**
 * What a project installs its packages with. Two lock files in one folder stop the CDK's bundling, so nobody
 * is told to make a second one.
 */
import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

/** By the lock file that each writes. */
const LOCKS: readonly (readonly [file: string, manager: PackageManager])[] = [
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
];

/** By the next lock file upwards, as the CDK looks for it; npm where there is none. */
export async function packageManagerOf(folder: string): Promise<PackageManager> {
  for (let place = folder; ; place = dirname(place)) {
    for (const [file, manager] of LOCKS) if (await exists(join(place, file))) return manager;
    if (place === dirname(place)) return 'npm';
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
