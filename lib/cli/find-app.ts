/**
 * The app that a command is about: the module that `--app` names, that package.json names (`celeriac.app`,
 * which `celeriac init` writes), or else the one module of the project that defines an app.
 */
import { access, readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { loadApp } from '../aws/app-module.ts';
import type { App } from '../define/app.ts';
import { CeleriacError } from '../errors.ts';
import { toModule } from './app-file.ts';
import { readSources } from './example-call.ts';
import { invalid, unreadable } from './failure.ts';

export interface AppOptions {
  readonly app?: string;
  readonly name?: string;
}

/**
 * Loads the app.
 * @throws CeleriacError NO_APP where none is found, APP_NOT_LOADED; for definitions a DefinitionError with
 * all problems.
 */
export async function openApp(options: AppOptions, folder = process.cwd()): Promise<App> {
  return (await openModule(options, folder)).app;
}

/** The same with the URL of its module, for whoever loads it elsewhere once more. */
export async function openModule(
  options: AppOptions,
  folder = process.cwd(),
): Promise<{ readonly app: App; readonly entry: string }> {
  const file = options.app === undefined ? await findAppFile(folder) : resolve(folder, options.app);
  const from = options.app === undefined ? 'celeriac.app of package.json' : '--app';
  if (!(await isFile(file))) throw invalid(from, options.app ?? file, 'a file that exports an app');
  const entry = await toModule(file);
  return { app: await loadApp(entry, options.name, file), entry };
}

/** The file of the app of the project that a folder is in. */
async function findAppFile(folder: string): Promise<string> {
  const project = await findProject(folder);
  const named = await namedIn(project);
  if (named !== undefined) return join(project, named);
  const sources = await readSources(project);
  const homes = sources.filter(({ path, text }) => DEFINES.test(text) && !TEST.test(path));
  const [home] = homes;
  if (home !== undefined && homes.length === 1) return join(project, home.path);
  const found = homes.length === 0 ? 'none' : homes.map(({ path }) => path).join(', ');
  throw new CeleriacError(
    'NO_APP',
    `${project} has to have one module with 'export const … = defineApp(…)', it has ${found}; name it with ` +
      '--app, or in package.json: "celeriac": { "app": "functions/app.ts" }',
    { value: project },
  );
}

/** How a module looks that defines an app, and the name that it exports it by. */
export const DEFINES = /^export const (\w+) = defineApp\(/m;
/** Paths of tests, whose apps are none of the project's. */
export const TEST = /(^|\/)(tests?|__tests__)\/|\.(test|spec)\.[cm]?[jt]s$/;

/** The folder of the next package.json upwards, or the folder itself. */
async function findProject(folder: string): Promise<string> {
  for (let place = resolve(folder); ; place = dirname(place)) {
    if (await exists(join(place, 'package.json'))) return place;
    if (place === dirname(place)) return resolve(folder);
  }
}

async function namedIn(project: string): Promise<string | undefined> {
  const file = join(project, 'package.json');
  const text = await readFile(file, 'utf8').catch(() => '{}');
  const { celeriac }: { readonly celeriac?: { readonly app?: unknown } } = parsed(file, text);
  return typeof celeriac?.app === 'string' ? celeriac.app : undefined;
}

function parsed(file: string, text: string): { readonly celeriac?: { readonly app?: unknown } } {
  try {
    return JSON.parse(text) ?? {};
  } catch (error) {
    throw unreadable(file, `cannot be read (${String(error)})`, 'JSON');
  }
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
