/**
 * The clients that are not ours: which of them this machine has, and how they are run. What is missing is
 * skipped with its name; in CI, a client whose package is installed and which does not run fails its tests.
 */
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

/** A program of another project that speaks to AWS. */
export interface Client {
  /** For titles: 'boto3 1.26.27'. */
  readonly name: string;
  readonly command: string;
  /** Why its tests are skipped; undefined when it is there. */
  readonly missing?: string;
  /** Environment variables of its own. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** The system's own: Debian's packages are not seen by another python3 that stands first on PATH. */
const SYSTEM_PYTHON = '/usr/bin/python3';

/** The AWS CLIs of this machine, of which the first is Debian's. */
export function awsClis(): readonly Client[] {
  return oldAndNew('awscli', ['/usr/bin/aws', 'aws'], (command) => {
    const version = ask(command, ['--version']);
    return version === undefined ? undefined : version.split(' ')[0];
  });
}

/**
 * The Pythons of this machine that have boto3, of which the first is the system's. Debian's boto3 speaks
 * the Query protocol to SQS, newer ones JSON.
 */
export function boto3s(): readonly Client[] {
  return oldAndNew('python3-boto3', [SYSTEM_PYTHON, 'python3'], (command) => {
    const version = ask(command, ['-c', 'import boto3; print(boto3.__version__)']);
    return version === undefined ? undefined : `boto3 ${version}`;
  });
}

/** Celery with all that its SQS transport needs, under the system's Python. */
export function celery(): Client {
  const modules = ['celery', 'kombu', 'pycurl', 'boto3'];
  const script = `import ${modules.join(', ')}; print(celery.__version__ + ', kombu ' + kombu.__version__)`;
  const version = ask(SYSTEM_PYTHON, ['-c', script]);
  const name = `Celery ${version ?? ''}`.trim();
  const packages = modules.map((module) => `python3-${module}`);
  return { name, command: SYSTEM_PYTHON, ...(version === undefined ? { missing: why(packages) } : {}) };
}

/** What a program printed and how it ended. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program against the emulator at `url` until it ends. */
export function run(client: Client, args: readonly string[], url: string): Promise<Ran> {
  return new Promise((resolve) => {
    const env = { ...environment(url), ...client.variables };
    const options = { env, timeout: 240_000, maxBuffer: 64 * 1024 * 1024 };
    execFile(client.command, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ code, stdout, stderr });
    });
  });
}

/** The environment in which a client finds the emulator, and nothing of this machine's own AWS settings. */
export function environment(url: string): NodeJS.ProcessEnv {
  const { PATH, HOME, LANG = 'C.UTF-8' } = process.env;
  return {
    ...{ PATH, HOME, LANG, PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1' },
    ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_DEFAULT_REGION: 'us-east-1' },
    ...{ AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null', AWS_PAGER: '' },
    ...{ AWS_EC2_METADATA_DISABLED: 'true', AWS_ENDPOINT_URL: url },
  };
}

/** One check of a Python script: how it ended, and with what. */
export interface Checked {
  readonly check: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** The traceback, or why it was skipped. */
  readonly text: string;
}

/** A script's checks, which are its functions `check_…`, each with its name as a sentence before it. */
export function checksOf(script: string): readonly (readonly [title: string, check: string])[] {
  const text = readFileSync(join(import.meta.dirname, script), 'utf8');
  return [...text.matchAll(/^def check_(\w+)/gm)].map(
    ([, check = '']) => [check.replaceAll('_', ' '), check] as const,
  );
}

/** Runs all checks of a script in one process, since starting Python takes longer than most of them. */
export async function runChecks(
  client: Client,
  script: string,
  ...urls: readonly string[]
): Promise<ReadonlyMap<string, Checked>> {
  const ran = await run(client, [join(import.meta.dirname, script), ...urls], urls[0] ?? '');
  const lines = ran.stdout.split('\n').filter((line) => line.startsWith('{"check"'));
  // The script prints one such object for each check.
  const checked = lines.map((line) => JSON.parse(line) as Checked);
  expect(checked.length, `${script} ended early:\n${ran.stderr}`).toBe(checksOf(script).length);
  return new Map(checked.map((each) => [each.check, each]));
}

function oldAndNew(
  debian: string,
  commands: readonly string[],
  version: (command: string) => string | undefined,
): readonly Client[] {
  const found = commands.map((command) => ({ command, name: version(command) }));
  const [system, other] = found;
  const clients: Client[] = [
    system?.name === undefined
      ? { name: debian, command: '', missing: why([debian]) }
      : { name: system.name, command: system.command },
  ];
  if (other?.name !== undefined && other.name !== system?.name) {
    clients.push({ name: other.name, command: other.command });
  }
  return clients;
}

function why(packages: readonly string[]): string {
  const installed = packages.filter((each) => {
    const status = ask('dpkg-query', ['-W', '-f', '${db:Status-Status}', each]);
    return status === 'installed';
  });
  const all = installed.length === packages.length;
  const text = all
    ? `Debian's ${packages.join(', ')} is installed but does not run`
    : `Debian's ${packages.filter((each) => !installed.includes(each)).join(', ')} is not installed`;
  if (all && process.env.CI === 'true') throw new Error(`${text}; in CI what is installed is not skipped`);
  return text;
}

function ask(command: string, args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', timeout: 120_000 });
  return status === 0 ? stdout.trim() : undefined;
}
