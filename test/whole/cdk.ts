/** The unmodified cdk CLI as a process, and copies of a synthesized app with something changed in them. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const CLI = join(import.meta.dirname, '../../node_modules/aws-cdk/bin/cdk');

export interface Ran {
  readonly code: number | null;
  /** What it printed, stdout and stderr together. */
  readonly output: string;
}

/** Runs the CLI against an endpoint. What would leave this machine fails at once. */
export async function cdk(url: string, home: string, ...options: readonly string[]): Promise<Ran> {
  const child = spawn(process.execPath, [CLI, ...options, '--no-notices', '--ci'], {
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...{ PATH: process.env.PATH, HOME: home, CI: 'true', NO_COLOR: '1' },
      ...{ AWS_ENDPOINT_URL: url, AWS_REGION: 'us-east-1', AWS_EC2_METADATA_DISABLED: 'true' },
      ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
      ...{ CDK_DISABLE_CLI_TELEMETRY: 'true', HTTPS_PROXY: 'http://127.0.0.1:9' },
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
  });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => said.push(text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  return { code, output: said.join('') };
}

export interface Variant {
  /** Changes the template, as text. */
  readonly template?: (text: string) => string;
  /** Changes the bundle of the one function. */
  readonly code?: (text: string) => string;
}

/**
 * Copies a synthesized app with a change in it; assets that change get another name, as a synthesis gives
 * them.
 */
export async function toVariant(from: string, to: string, stack: string, change: Variant): Promise<void> {
  await cp(from, to, { recursive: true });
  const names = new Map<string, string>();
  const assets = (await readdir(to)).filter((name) => name.startsWith('asset.'));
  // Which of them is which function's is in their hashes: all are changed.
  for (const asset of change.code === undefined ? [] : assets) {
    const file = join(to, asset, 'index.js');
    const code = changedCode(change, await readFile(file, 'utf8'));
    const hash = toHash(code);
    await writeFile(file, code);
    await rename(join(to, asset), join(to, `asset.${hash}`));
    names.set(asset.replace('asset.', ''), hash);
  }
  const template = join(to, `${stack}.template.json`);
  const written = await readFile(template, 'utf8');
  const changed = renamed(change.template?.(written) ?? written, names);
  await writeFile(template, changed);
  const { files } = JSON.parse(await readFile(join(to, `${stack}.assets.json`), 'utf8'));
  const key = Object.keys(files).find((each) => files[each].source.path === `${stack}.template.json`);
  names.set(key ?? '', toHash(changed));
  for (const name of [`${stack}.assets.json`, 'manifest.json']) {
    const file = join(to, name);
    await writeFile(file, renamed(await readFile(file, 'utf8'), names));
  }
}

function changedCode({ code }: Variant, text: string): string {
  return code?.(text) ?? text;
}

function renamed(text: string, names: ReadonlyMap<string, string>): string {
  return [...names].reduce((all, [old, now]) => all.replaceAll(old, now), text);
}

function toHash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
