/** Celery's task routes, as it answers them. */
import { describe, expect, test } from 'vitest';
import { matchRoute, type RoutePattern } from '../../lib/core/task-route.ts';
import vectors from '../vectors/celery-routes.json' with { type: 'json' };

type Recorded = readonly [string, object] | { readonly regex: string; readonly to: object };

interface Row {
  readonly routes: readonly Recorded[];
  readonly task: string;
  readonly route: object;
}

// The compiler joins the members of the rows; this is the form that they share.
const ROWS = vectors.vectors as unknown as readonly Row[];

function toPattern(recorded: Recorded): RoutePattern<object> {
  return 'regex' in recorded ? [new RegExp(recorded.regex), recorded.to] : recorded;
}

test.each(ROWS)('$task goes where Celery sends it', ({ routes, task, route }) => {
  expect(matchRoute(routes.map(toPattern), task)).toEqual(route);
});

describe('a pattern', () => {
  test('that is the name itself wins over the globs before it', () => {
    expect(
      matchRoute(
        [
          ['a.*', 1],
          ['a.b', 2],
        ] as const,
        'a.b',
      ),
    ).toBe(2);
  });

  test.each([
    ['a.*', 'a.b.c', true],
    ['a.*', 'xa.b', false],
    ['*.b', 'a.b', true],
    ['a.?*', 'a.', false],
    ['[ab]*', 'b1', true],
    ['[!ab]*', 'b1', false],
    ['a+*', 'aa', false],
    ['a?c', 'abc', false],
  ])('%s and the name %s: %s', (pattern, name, matches) => {
    expect(matchRoute([[pattern, true]], name) ?? false).toBe(matches);
  });

  test('that is a regular expression matches from the start of the name, and may end before it', () => {
    const routes = [
      [/b\.c/g, 1],
      [/a|x/, 2],
    ] as const;

    expect([matchRoute(routes, 'a.b.c'), matchRoute(routes, 'b.c.d'), matchRoute(routes, 'b.c.d')]).toEqual([
      2, 1, 1,
    ]);
  });
});
