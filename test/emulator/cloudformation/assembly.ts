/**
 * Writes synthesized apps by hand, in the form that `cdk synth` gives them, into folders that go when the
 * test is over.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  createEmulator,
  type Emulator,
  type EmulatorOptions,
  type LoadReport,
  TemplateError,
} from '../../../lib/emulator/index.ts';

export interface WrittenStack {
  readonly template: object;
  /** `aws://account/region`. */
  readonly environment?: string;
  readonly needs?: readonly string[];
  /** Files of assets by the key in the assets bucket. */
  readonly assets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly properties?: object;
}

/** Makes a folder that is removed after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'celeriac-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes an assembly, over the one that is in the folder. */
export async function writeAssembly(
  stacks: Readonly<Record<string, WrittenStack>>,
  into?: string,
): Promise<string> {
  const folder = into ?? (await temporaryFolder());
  const artifacts: Record<string, unknown> = {};
  for (const [id, stack] of Object.entries(stacks)) {
    artifacts[`${id}.assets`] = { type: 'cdk:asset-manifest', properties: { file: `${id}.assets.json` } };
    artifacts[id] = {
      type: 'aws:cloudformation:stack',
      environment: stack.environment ?? 'aws://unknown-account/unknown-region',
      dependencies: [`${id}.assets`, ...(stack.needs ?? [])],
      properties: { templateFile: `${id}.template.json`, ...stack.properties },
    };
    await writeFile(join(folder, `${id}.template.json`), JSON.stringify(stack.template));
    await writeFile(
      join(folder, `${id}.assets.json`),
      JSON.stringify({ files: await writeAssets(folder, stack) }),
    );
  }
  await writeFile(join(folder, 'manifest.json'), JSON.stringify({ version: '55.0.0', artifacts }));
  return folder;
}

/** Writes an assembly with one stack. */
export function writeStack(template: object, into?: string): Promise<string> {
  return writeAssembly({ App: { template } }, into);
}

/** An emulator that is closed after the test. */
export function openEmulator(options: EmulatorOptions = {}): Emulator {
  const emulator = createEmulator(options);
  onTestFinished(() => emulator.close());
  return emulator;
}

/** The problems that a load reports; empty when it succeeds. */
export async function problemsOf(
  folder: string,
  emulator = openEmulator(),
): Promise<TemplateError['problems']> {
  try {
    await emulator.load(folder);
    return [];
  } catch (error) {
    if (error instanceof TemplateError) return error.problems;
    throw error;
  }
}

/** Loads one template after the other from the same folder; the last report. */
export async function reload(
  emulator: Emulator,
  ...templates: readonly Record<string, object>[]
): Promise<LoadReport> {
  let folder: string | undefined;
  let report: LoadReport | undefined;
  for (const Resources of templates) {
    folder = await writeStack({ Resources }, folder);
    report = await emulator.load(folder);
  }
  if (report === undefined) throw new Error('there is nothing to load');
  return report;
}

/** A template. */
export function resources(written: Readonly<Record<string, object>>, outputs: object = {}): object {
  return { Resources: written, Outputs: outputs };
}

/** A queue as a template's resource. */
export function queue(properties: object = {}, attributes: object = {}): object {
  return { Type: 'AWS::SQS::Queue', Properties: properties, ...attributes };
}

async function writeAssets(folder: string, stack: WrittenStack): Promise<Record<string, unknown>> {
  const files: Record<string, unknown> = {};
  for (const [key, contents] of Object.entries(stack.assets ?? {})) {
    const path = `asset.${key}`;
    await mkdir(join(folder, path), { recursive: true });
    for (const [name, content] of Object.entries(contents))
      await writeFile(join(folder, path, name), content);
    files[key] = {
      source: { path, packaging: 'zip' },
      destinations: { here: { bucketName: 'assets', objectKey: `${key}.zip` } },
    };
  }
  return files;
}
