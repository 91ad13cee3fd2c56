/**
 * Task routes, as Celery's `task_routes`: exact names first, then patterns in their order; the first that
 * matches wins. In a name, '*' stands for any characters, dots included; '?' and '[…]' count only beside a
 * '*',
 * as in Celery.
 */

/** A pattern, and where it leads. A regular expression matches from the start of the name. */
export type RoutePattern<To> = readonly [pattern: string | RegExp, to: To];

/** Where the first pattern that matches a name leads. */
export function matchRoute<To>(routes: readonly RoutePattern<To>[], name: string): To | undefined {
  const exact = routes.find(([pattern]) => pattern === name);
  if (exact !== undefined) return exact[1];
  return routes.find(([pattern]) => toRegExp(pattern)?.test(name) === true)?.[1];
}

function toRegExp(pattern: string | RegExp): RegExp | undefined {
  if (typeof pattern === 'string') return pattern.includes('*') ? fromGlob(pattern) : undefined;
  return new RegExp(`^(?:${pattern.source})`, pattern.flags.replace(/[gy]/g, ''));
}

/** A glob as Python's fnmatch reads it. */
function fromGlob(glob: string): RegExp {
  const parts = glob.match(/\*|\?|\[!?\]?[^\]]*\]|[\s\S]/g) ?? [];
  const source = parts.map((part) => {
    if (part === '*') return '[\\s\\S]*';
    if (part === '?') return '[\\s\\S]';
    if (part.length === 1) return part.replace(/[\\^$.*+?()[\]{}|]/, '\\$&');
    const not = part.startsWith('[!');
    const set = part.slice(not ? 2 : 1, -1).replace(/[\\\]^[]/g, '\\$&');
    return `[${not ? '^' : ''}${set}]`;
  });
  return new RegExp(`^${source.join('')}$`);
}
