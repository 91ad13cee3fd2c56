/**
 * This package as `celeriac init` names it in a project: an installed one by its version, or by the file or
 * address that it was installed from, and a checkout by its folder, since what stands there may be in no
 * registry. Projects import the build, which a checkout has to make first.
 */
import { spawn } from 'node:child_process';
import { access, readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CeleriacError } from '../errors.ts';

const ROOT = fileURLToPath(
  new URL(import.meta.url.includes('/dist/') ? '../../../' : '../../', import.meta.url),
);

/** What the package.json of a project in `folder` asks for as `celeriac`. */
export async function ownPackage(folder: string): Promise<string> {
  if (await isCheckout()) return toFile(folder, ROOT);
  const { version }: { readonly version: string } = JSON.parse(
    await readFile(join(ROOT, 'package.json'), 'utf8'),
  );
  return installedAs(ROOT, folder, `^${version}`);
}

/**
 * How the project in `folder` asks for a package that is installed in `root`: as the project around `root`
 * does, where that names a file or an address, else by its version.
 */
export async function installedAs(root: string, folder: string, version: string): Promise<string> {
  const home = dirname(dirname(root));
  const text = await readFile(join(home, 'package.json'), 'utf8').catch(() => '{}');
  const { dependencies, devDependencies }: Asking = JSON.parse(text);
  const named = dependencies?.celeriac ?? devDependencies?.celeriac;
  if (named === undefined || !named.includes(':') || named.startsWith('npm:')) return version;
  const [, file] = /^file:(.*)$/.exec(named) ?? [];
  return file === undefined ? named : toFile(folder, resolve(home, file));
}

interface Asking {
  readonly dependencies?: { readonly celeriac?: string };
  readonly devDependencies?: { readonly celeriac?: string };
}

function toFile(folder: string, path: string): string {
  return `file:${relative(folder, path).replaceAll('\\', '/') || '.'}`;
}

/**
 * Builds this checkout for a project that names it, where there is no build of its sources as they are.
 * @throws CeleriacError BUILD_FAILED with the compiler's words.
 */
export async function buildFor(folder: string): Promise<void> {
  if (!(await isCheckout()) || (await isBuilt(ROOT))) return;
  const manifest = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '');
  if (!manifest.includes(JSON.stringify(await ownPackage(folder)))) return;
  console.error(`building ${ROOT}, which the project imports`);
  const child = spawn('npm', ['run', 'build'], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => said.push(text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  if (code === 0) return;
  const message = `npm run build in ${ROOT} ended with code ${code}:\n${said.join('').trim()}`;
  throw new CeleriacError('BUILD_FAILED', message, { value: code, allowed: 0 });
}

/** Whether a checkout has a build that is newer than all of its sources. */
export async function isBuilt(root: string): Promise<boolean> {
  const built = await stat(join(root, 'dist/lib/index.js')).catch(() => undefined);
  if (built === undefined) return false;
  for (const folder of ['lib', 'infra']) {
    const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      if ((await stat(join(entry.parentPath, entry.name))).mtimeMs > built.mtimeMs) return false;
    }
  }
  return true;
}

async function isCheckout(): Promise<boolean> {
  return access(join(ROOT, 'lib/cli/init.ts')).then(
    () => true,
    () => false,
  );
}
