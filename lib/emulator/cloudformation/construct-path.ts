/**
 * Construct paths, by which people know resources of a CDK app: logical ids are paths with a hash at the end.
 */
import { isRecord } from './shape.ts';

/**
 * The paths of a stack's resources within the stack, by logical id, from what the synthesis wrote beside it.
 */
export function toConstructPaths(metadata: unknown): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  if (!isRecord(metadata)) return paths;
  const stack = Object.keys(metadata).find((path) => dataOf(metadata[path], 'aws:cdk:templateFile'));
  for (const [path, entries] of Object.entries(metadata)) {
    const logicalId = dataOf(entries, 'aws:cdk:logicalId');
    if (logicalId !== undefined) paths.set(logicalId, shorten(path, stack ?? ''));
  }
  return paths;
}

// The construct that a user knows is the parent of the one that CDK calls Resource.
function shorten(path: string, stack: string): string {
  const own = stack !== '' && path.startsWith(`${stack}/`) ? path.slice(stack.length + 1) : path.slice(1);
  return own.replace(/\/(Resource|Default)$/, '');
}

function dataOf(entries: unknown, type: string): string | undefined {
  if (!Array.isArray(entries)) return undefined;
  const found: unknown = entries.find((entry) => isRecord(entry) && entry.type === type);
  return isRecord(found) && typeof found.data === 'string' ? found.data : undefined;
}
