import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sizeBytes } from '../../../lib/core/message.ts';
import {
  childAt,
  type Pages,
  parsePage,
  parseRoot,
  type StoredPlan,
  toPages,
} from '../../../lib/core/workflow/page.ts';
import { childrenOf } from '../../../lib/core/workflow/path.ts';
import type { Plan } from '../../../lib/core/workflow/plan.ts';
import { plans, task } from './plans.ts';

/** The plan that pages hold, put together again. */
function joined(pages: Pages, stored: StoredPlan): Plan {
  if (stored.kind === 'task') return stored;
  const { kind, count, children: _, ranges: __, ...links } = stored;
  const children = Array.from({ length: count }, (___, index) => {
    const found = childAt(stored, index);
    if (found.kind === 'here') return joined(pages, found.node);
    const page = found.kind === 'page' ? parsePage(pages.others.get(found.page) ?? '[]') : [];
    const node = found.kind === 'page' ? page[found.offset] : undefined;
    if (node === undefined) throw new Error(`child ${index} is missing`);
    return joined(pages, node);
  });
  return kind === 'chain' ? { kind, steps: children, ...links } : { kind, members: children, ...links };
}

test('any plan comes back from its pages, and no page is too large', () => {
  fc.assert(
    fc.property(plans(), fc.constantFrom(700, 2_000, 380_000), (plan, bytesMax) => {
      const pages = toPages(plan, bytesMax);

      expect(joined(pages, parseRoot(pages.root))).toEqual(plan);
      for (const text of [pages.root, ...pages.others.values()])
        expect(sizeBytes(text)).toBeLessThanOrEqual(bytesMax);
    }),
  );
});

test('a group of 10,000 members keeps a small root; a member is one page away', () => {
  const members = Array.from({ length: 10_000 }, (_, index) => ({ ...task('count'), input: index }));

  const pages = toPages({ kind: 'group', members });

  const root = parseRoot(pages.root);
  const found = childAt(root, 4_711);
  expect(sizeBytes(pages.root)).toBeLessThan(10_000);
  expect(pages.others.size).toBe(100);
  expect(found).toMatchObject({ kind: 'page', offset: 11 });
  expect(found.kind === 'page' && parsePage(pages.others.get(found.page) ?? '')[11]).toEqual(members[4_711]);
  expect(childAt(root, 10_000)).toEqual({ kind: 'none' });
});

test('a plan of another content has other pages, so that two under one id do not mix', () => {
  const page = (input: string): string[] => {
    const members = Array.from({ length: 200 }, () => ({ ...task('a'), input }));
    return [...toPages({ kind: 'group', members }).others.keys()];
  };

  expect(page('x').some((name) => page('y').includes(name))).toBe(false);
});

test('a small plan is one page', () => {
  const plan: Plan = { kind: 'chain', steps: [task('a'), task('b')] };

  expect(toPages(plan).others.size).toBe(0);
  expect(childrenOf(plan)).toHaveLength(2);
});

test('an input that no page holds is refused, with what to do', () => {
  const plan: Plan = { kind: 'chain', steps: [{ ...task('a'), input: 'x'.repeat(400_000) }] };

  expect(() => toPages(plan)).toThrow(
    expect.objectContaining({ code: 'PLAN_TOO_LARGE', message: expect.stringContaining('give a reference') }),
  );
});
