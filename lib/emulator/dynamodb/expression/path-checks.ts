/**
 * Paths that cannot stand beside each other in one expression: one inside the other, or a list and a map in
 * one place.
 */
import type { Scope } from './scope.ts';
import { type Path, showPath } from './syntax.ts';

/** Notes the first pair of paths that overlap, or else the first pair that conflict. */
export function checkPaths(scope: Scope, paths: readonly Path[]): void {
  if (paths.length < 2) return;
  const found = findPair(paths, overlap);
  if (found !== undefined) {
    scope.note('path', `Two document paths overlap with each other; ${rewrite(found)}`);
    return;
  }
  const pair = findPair(paths, conflict);
  if (pair !== undefined) {
    scope.note('path', `Two document paths conflict with each other; ${rewrite(pair)}`);
  }
}

function rewrite([one, two]: readonly [Path, Path]): string {
  return `must remove or rewrite one of these paths; path one: ${showPath(one)}, path two: ${showPath(two)}`;
}

function findPair(paths: readonly Path[], test: (a: Path, b: Path) => boolean): [Path, Path] | undefined {
  // Paths can only touch when they begin with the same attribute, so the usual expression costs one pass.
  const byFirst = new Map<unknown, Path[]>();
  for (const path of paths) {
    const same = byFirst.get(path[0]);
    const other = same?.find((earlier) => test(earlier, path));
    if (other !== undefined) return [other, path];
    if (same === undefined) byFirst.set(path[0], [path]);
    else same.push(path);
  }
  return undefined;
}

function overlap(a: Path, b: Path): boolean {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) if (a[index] !== b[index]) return false;
  return true;
}

function conflict(a: Path, b: Path): boolean {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    if (a[index] !== b[index]) return typeof a[index] !== typeof b[index];
  }
  return false;
}
