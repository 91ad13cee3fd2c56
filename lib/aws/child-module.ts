/** Which modules the children of a worker or scheduler load. */
import { pathToFileURL } from 'node:url';

/**
 * What children are: the module beside this file, whatever it is compiled to. Asked for when it is needed: a
 * process that runs this library bundled, without children, need not know where it lies.
 */
export function ownChild(): URL {
  return new URL(import.meta.url.replace(/child-module(\.[a-z]+)$/, 'pool-child$1'));
}

/** The URL of a module that a user gives by its URL or path. */
export function toModuleUrl(entry: string | URL): string {
  const text = String(entry);
  return text.startsWith('file:') ? text : pathToFileURL(text).href;
}
