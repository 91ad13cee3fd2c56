/** Finds the app that a module exports. */
import type { App } from '../define/app.ts';
import { DefinitionError } from '../errors.ts';

/**
 * Loads a module and returns its app, under whatever name it is exported.
 * @throws DefinitionError NO_APP when it exports none, or several and none of the name that is asked for.
 */
export async function loadApp(url: string, name?: string): Promise<App> {
  const module: Readonly<Record<string, unknown>> = await import(url);
  const apps = [...new Set(Object.values(module).filter(isApp))];
  const found = apps.filter((app) => name === undefined || app.name === name);
  if (found.length === 1 && found[0] !== undefined) return found[0];
  const names = apps.map((app) => `'${app.name}'`).join(', ') || 'none';
  const asked = name === undefined ? 'one app' : `an app named '${name}'`;
  const message = `${url} has to export ${asked} (defineApp); it exports ${names}`;
  throw new DefinitionError('NO_APP', message, { value: url });
}

/** By its brand: the module may have a copy of this library of its own. */
function isApp(value: unknown): value is App {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'app';
}
