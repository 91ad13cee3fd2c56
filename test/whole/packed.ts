/**
 * The package as npm makes it, put into temporary projects as npm would put it there. Nothing is downloaded:
 * the packages that package.json asks for are links to those of this checkout, and whatever it forgets is
 * missing.
 */
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');

/** What stands in package.json, as far as it is read here. */
export interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly engines: Readonly<Record<string, string>>;
  readonly bin: Readonly<Record<string, string>>;
}

export interface Packed {
  readonly file: string;
  /** The files in it, without the folder `package/` that npm puts around them; sorted. */
  readonly paths: readonly string[];
  readonly manifest: Manifest;
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const CACHE = join(ROOT, 'node_modules/.cache');
/** What the package is made of, compilers included. */
const SOURCES = ['lib', 'infra', 'bin', 'templates', 'README.md', 'LICENSE', 'package.json'];
const BUILT_BY = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];

/** Builds and packs this checkout; the same contents once, whichever files of tests ask for it. */
export function pack(): Packed {
  const folder = join(CACHE, 'celeriac-pack', contentsKey());
  alone(() => {
    if (existsSync(folder)) return;
    rmSync(dirname(folder), { recursive: true, force: true });
    const draft = `${folder}-draft`;
    mkdirSync(draft, { recursive: true });
    // Its script `prepack` builds.
    execFileSync('npm', ['pack', '--pack-destination', draft], { cwd: ROOT, stdio: 'pipe' });
    renameSync(draft, folder);
  });
  const file = join(folder, readdirSync(folder)[0] ?? '');
  const listed = execFileSync('tar', ['-tzf', file], { encoding: 'utf8' });
  const paths = listed
    .trim()
    .split('\n')
    .map((path) => path.replace('package/', ''));
  return {
    file,
    paths: paths.sort(),
    manifest: JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')),
  };
}

function contentsKey(): string {
  const hash = createHash('sha256');
  for (const path of [...SOURCES, ...BUILT_BY].map((name) => join(ROOT, name))) {
    const isFolder = statSync(path).isDirectory();
    const all = isFolder ? readdirSync(path, { recursive: true, withFileTypes: true }) : [];
    const inside = all.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
    for (const file of isFolder ? inside.sort() : [path]) {
      hash
        .update(`${relative(ROOT, file)}\0`)
        .update(readFileSync(file))
        .update('\0');
    }
  }
  return hash.digest('hex');
}

/** Two files of tests that pack at once would build into the same folder, so one waits for the other. */
function alone(work: () => void): void {
  const lock = join(CACHE, 'celeriac-pack.lock');
  mkdirSync(dirname(lock), { recursive: true });
  while (!take(lock)) {
    if (isLeftBehind(lock)) rmSync(lock, { recursive: true, force: true });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  }
  try {
    work();
  } finally {
    rmSync(lock);
  }
}

function take(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}

/** Whether the process that has it was killed. */
function isLeftBehind(lock: string): boolean {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    // Between its making and its writing it is empty.
    if (pid > 0) process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code !== 'ENOENT';
  }
}

/** Makes a project with the package installed, its dependencies, and of the rest only the packages named. */
export function createProject(
  packed: Packed,
  files: Readonly<Record<string, string>>,
  others: readonly string[] = [],
): string {
  const project = mkdtempSync(join(tmpdir(), 'celeriac-project-'));
  const installed = join(project, 'node_modules', 'celeriac');
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', packed.file, '-C', installed, '--strip-components=1']);
  for (const name of [...Object.keys(packed.manifest.dependencies), ...others]) link(project, name);
  for (const name of ['celeriac', ...others]) linkCommands(project, name);
  for (const [path, text] of Object.entries(files)) writeFileSync(join(project, path), text);
  return project;
}

/** For a machine that is busy with other things: none of them takes 20 s of a quiet one. */
const RUN_MS_MAX = 240_000;

/** Runs a program to its end; a failure is a result, not an exception. */
export async function run(command: string, words: readonly string[], cwd: string): Promise<Ran> {
  try {
    return { code: 0, ...(await promisify(execFile)(command, words, { cwd, timeout: RUN_MS_MAX })) };
  } catch (error) {
    // What execFile rejects with has these members; `code` is a word when the program could not be started.
    const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string };
    return { code: typeof code === 'number' ? code : -1, stdout, stderr };
  }
}

/** npm puts the commands of each package beside the packages, and makes them executable. */
function linkCommands(project: string, name: string): void {
  const folder = join(project, 'node_modules', name);
  const { bin }: Partial<Manifest> = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const commands = join(project, 'node_modules', '.bin');
  mkdirSync(commands, { recursive: true });
  for (const [command, path] of Object.entries(bin ?? {})) {
    chmodSync(join(folder, path), 0o755);
    symlinkSync(join(folder, path), join(commands, command));
  }
}

function link(project: string, name: string): void {
  const path = join(project, 'node_modules', name);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules', name), path);
}
