/**
 * Reads a synthesized app, `cdk.out`: its stacks in all nested assemblies, their templates, and the files
 * they refer to.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toConstructPaths } from './construct-path.ts';
import type { Problem } from './problem.ts';
import { isRecord } from './shape.ts';

/** One stack as synthesized. */
export interface StackArtifact {
  /** Unique in the assembly, nested ones included. */
  readonly id: string;
  readonly name: string;
  /** Undefined in an environment-agnostic stack. */
  readonly account?: string;
  readonly region?: string;
  readonly template: Readonly<Record<string, unknown>>;
  readonly templateFile: string;
  /** Ids of stacks that must come first. */
  readonly needs: readonly string[];
  /** Parameter values that the synthesis itself gives. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Construct paths by logical id. */
  readonly paths: ReadonlyMap<string, string>;
}

/** A file or folder that a template refers to by the key it would have in the assets bucket. */
export interface Asset {
  readonly path: string;
  /** `zip`: a folder that a deploy would zip; `file`: uploaded as it is. */
  readonly packaging: string;
}

export interface Assembly {
  readonly stacks: readonly StackArtifact[];
  readonly assets: ReadonlyMap<string, Asset>;
  /** Says whether an object is in the emulated S3, where code may lie too. */
  readonly stored: (bucket: string, key: string) => boolean;
  readonly problems: readonly Problem[];
}

type Json = Readonly<Record<string, unknown>>;
interface Reading {
  readonly stacks: StackArtifact[];
  readonly assets: Map<string, Asset>;
  readonly problems: Problem[];
}

/** Reads the assembly in a folder. What cannot be read is among the problems. */
export async function readAssembly(
  folder: string,
  stored: Assembly['stored'] = () => false,
): Promise<Assembly> {
  const reading: Reading = { stacks: [], assets: new Map(), problems: [] };
  await readFolder(folder, '', reading);
  if (reading.stacks.length === 0 && reading.problems.length === 0) {
    reading.problems.push({ code: 'ASSEMBLY_UNREADABLE', message: `${folder} holds no stack` });
  }
  return { ...reading, stored };
}

async function readFolder(folder: string, prefix: string, reading: Reading): Promise<void> {
  const manifest = await readJson(join(folder, 'manifest.json'), reading, 'is it the output of `cdk synth`?');
  const artifacts = isRecord(manifest?.artifacts) ? manifest.artifacts : {};
  for (const [id, artifact] of Object.entries(artifacts)) {
    if (!isRecord(artifact)) continue;
    const properties = isRecord(artifact.properties) ? artifact.properties : {};
    if (artifact.type === 'cdk:cloud-assembly') {
      await readFolder(join(folder, String(properties.directoryName)), `${prefix}${id}/`, reading);
    } else if (artifact.type === 'cdk:asset-manifest') {
      await readAssets(folder, String(properties.file), reading);
    } else if (artifact.type === 'aws:cloudformation:stack') {
      await readStack(folder, prefix, id, artifact, properties, reading);
    }
  }
}

async function readAssets(folder: string, file: string, reading: Reading): Promise<void> {
  const manifest = await readJson(join(folder, file), reading, 'run `cdk synth` again');
  for (const asset of Object.values(isRecord(manifest?.files) ? manifest.files : {})) {
    if (!isRecord(asset) || !isRecord(asset.source) || typeof asset.source.path !== 'string') continue;
    const { path, packaging } = asset.source;
    for (const destination of Object.values(isRecord(asset.destinations) ? asset.destinations : {})) {
      // The key alone identifies an asset: it holds the hash of the content, and buckets differ by account
      // only.
      if (!isRecord(destination) || typeof destination.objectKey !== 'string') continue;
      reading.assets.set(destination.objectKey, { path: join(folder, path), packaging: String(packaging) });
    }
  }
}

async function readStack(
  folder: string,
  prefix: string,
  id: string,
  artifact: Json,
  properties: Json,
  reading: Reading,
): Promise<void> {
  const templateFile = join(folder, String(properties.templateFile));
  const template = await readJson(templateFile, reading, 'run `cdk synth` again');
  if (template === undefined) return;
  // Older assemblies hold the metadata in the manifest itself.
  const file = artifact.additionalMetadataFile;
  const metadata =
    typeof file === 'string'
      ? await readJson(join(folder, file), reading, 'run `cdk synth` again')
      : artifact.metadata;
  const [, account, region] = /^aws:\/\/([^/]+)\/([^/]+)$/.exec(String(artifact.environment)) ?? [];
  const parameters = Object.entries(isRecord(properties.parameters) ? properties.parameters : {});
  const needs = Array.isArray(artifact.dependencies) ? artifact.dependencies : [];
  reading.stacks.push({
    id: prefix + id,
    name: typeof properties.stackName === 'string' ? properties.stackName : id,
    ...(account === undefined || account === 'unknown-account' ? {} : { account }),
    ...(region === undefined || region === 'unknown-region' ? {} : { region }),
    template,
    templateFile,
    needs: needs.map((need) => `${prefix}${String(need)}`),
    parameters: Object.fromEntries(parameters.map(([name, value]) => [name, String(value)])),
    paths: toConstructPaths(metadata),
  });
}

async function readJson(file: string, reading: Reading, hint: string): Promise<Json | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (isRecord(value)) return value;
    throw new Error('it is not a JSON object');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    reading.problems.push({ code: 'ASSEMBLY_UNREADABLE', message: `cannot read ${file} (${why}); ${hint}` });
    return undefined;
  }
}
