/** Finds the app that a module exports. */
import type { App } from '../define/app.ts';
import { CeleriacError, DefinitionError } from '../errors.ts';

/**
 * Loads a module and returns its app, under whatever name it is exported. `file` is what messages call the
 * module, where it was compiled from another one.
 * @throws DefinitionError NO_APP when it exports none, or several and none of the name that is asked for;
 * CeleriacError APP_NOT_LOADED with what it throws, unless that says what is wrong with the app: then itself.
 */
export async function loadApp(url: string, name?: string, file: string = url): Promise<App> {
  const module = await load(url, file);
  const apps = [...new Set(Object.values(module).filter(isApp))];
  const found = apps.filter((app) => name === undefined || app.name === name);
  if (found.length === 1 && found[0] !== undefined) return found[0];
  const names = apps.map((app) => `'${app.name}'`).join(', ') || 'none';
  const asked = name === undefined ? 'one app' : `an app named '${name}'`;
  const message = `${file} has to export ${asked} (defineApp); it exports ${names}`;
  throw new DefinitionError('NO_APP', message, { value: file });
}

async function load(url: string, file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(url);
  } catch (cause) {
    if (isOurs(cause)) throw cause;
    throw new CeleriacError('APP_NOT_LOADED', `${file} cannot be loaded: ${said(cause)}`, {
      value: file,
      cause,
    });
  }
}

/** What was thrown, and where: whoever starts a command sees no stack. */
function said(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const where = placeOf(thrown.stack ?? '');
  return `${thrown.name}: ${thrown.message}${where === undefined ? '' : ` (${where})`}`;
}

/** The first place of a stack that is none of Node's own; a mistake of syntax stands above its stack. */
function placeOf(stack: string): string | undefined {
  const places = stack.matchAll(/(?:^|[ (])((?:file:\/\/)?\/[^\s()]+:\d+)\)?$/gm);
  return [...places].map(([, place]) => place?.replace('file://', ''))[0];
}

/** What is wrong with an app is told by its paths; by its members, as below. */
function isOurs(thrown: unknown): boolean {
  if (!(thrown instanceof Error) || !('problems' in thrown)) return false;
  return Array.isArray(thrown.problems) && thrown.problems.length > 0;
}

/** By its brand: the module may have a copy of this library of its own. */
function isApp(value: unknown): value is App {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'app';
}
