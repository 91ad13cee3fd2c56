/** A workflow as a tree: opened node by node, the members of a group page by page. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { WorkflowNode } from '../../row.ts';
import { desk } from '../desk.ts';
import { useAction, useLive } from '../live.ts';
import { Shown } from '../parts/notice.tsx';
import { State } from '../parts/state.tsx';
import { toHash } from '../place.ts';
import { toCount } from '../text.ts';

interface TreeProps {
  readonly id: string;
  /** The run that is looked at just now. */
  readonly current?: string;
}

export function WorkflowTree({ id, current }: TreeProps) {
  const tree = useLive(id, () => desk.workflow(id));
  return (
    <Shown of={tree}>
      {(root) => (
        <ul class="tree">
          <Node workflow={id} node={root} current={current} depth={0} />
        </ul>
      )}
    </Shown>
  );
}

interface NodeProps {
  readonly workflow: string;
  readonly node: WorkflowNode;
  readonly current: string | undefined;
  readonly depth: number;
}

function Node({ workflow, node, current, depth }: NodeProps) {
  if (node.kind === 'task') {
    return (
      <li class={node.id === current ? 'leaf current' : 'leaf'}>
        <State state={node.state} /> <a href={toHash(['runs', node.id])}>{node.task}</a>
        <LinkKind path={node.path} />
        <code class="id">{node.path}</code>
        {node.children.length > 0 && (
          <Children workflow={workflow} node={node} current={current} depth={depth} />
        )}
      </li>
    );
  }
  return (
    <li>
      <details open={depth < 3}>
        <summary>
          <State state={node.state} /> <b>{node.kind}</b> <LinkKind path={node.path} />
          <Progress node={node} />
        </summary>
        <Children workflow={workflow} node={node} current={current} depth={depth} />
      </details>
    </li>
  );
}

function LinkKind({ path }: { readonly path: string }) {
  if (!isLink(path)) return null;
  return <span class="dim"> {/(^|\.)e\d+$/.test(path) ? 'on an error' : 'afterwards'}</span>;
}

/** Of a group; the steps of a chain show theirs. */
function Progress({ node: { total, done, failed = 0 } }: { readonly node: WorkflowNode }) {
  if (total === undefined || done === undefined) return null;
  return (
    <span class="progress">
      <progress max={total} value={done + failed} aria-label="Members that have ended" />{' '}
      {`${toCount(done)} of ${toCount(total)}`}
      {failed > 0 && <span class="wrong"> · {toCount(failed)} failed</span>}
    </span>
  );
}

/** What is linked to a node hangs from it as 'l0', or as 'e0' where it follows an error. */
function isLink(path: string): boolean {
  return /(^|\.)[le]\d+$/.test(path);
}

interface More {
  readonly more: readonly WorkflowNode[];
  /** Shows at least so many, by whole pages; resolves to how many there are. */
  readonly show: (count: number) => Promise<number>;
}

/** The members after those that come with the tree: asked for anew whenever the tree has changed. */
function useMore(workflow: string, node: WorkflowNode, begin: number): More {
  const [more, setMore] = useState<readonly WorkflowNode[]>([]);
  const wanted = useRef(0);
  const last = useRef(0);
  const drawn = useRef(0);
  const show = async (count: number) => {
    wanted.current = Math.max(wanted.current, count);
    last.current += 1;
    const mine = last.current;
    const found: WorkflowNode[] = [];
    while (found.length < wanted.current) {
      const after = begin - 1 + found.length;
      const { children } = await desk.workflow(workflow, { path: node.path, after });
      if (children.length === 0) break;
      found.push(...children);
    }
    // Unless a later look has overtaken it; one that is only begun may be overtaken itself.
    if (mine > drawn.current) {
      drawn.current = mine;
      setMore(found);
    }
    return found.length;
  };
  useEffect(() => {
    // What could not be had stays as it was; the next change asks again.
    if (wanted.current > 0) show(wanted.current).catch(() => {});
  }, [node]);
  return { more, show };
}

function Children({ workflow, node, current, depth }: NodeProps) {
  const { busy, run } = useAction();
  const first = node.children.filter(({ path }) => !isLink(path));
  const { more, show } = useMore(workflow, node, first.length);
  const members = [...first, ...more.filter((late) => first.every(({ path }) => path !== late.path))];
  const left = node.kind === 'group' && node.total !== undefined ? node.total - members.length : 0;
  const load = () =>
    run(async () => `${toCount((await show(more.length + 1)) - more.length)} more members are shown.`);
  return (
    <ul>
      {members.map((child) => (
        <Node key={child.path} workflow={workflow} node={child} current={current} depth={depth + 1} />
      ))}
      {left > 0 && (
        <li>
          <button type="button" class="quiet" aria-disabled={busy} onClick={load}>
            Show more of {toCount(left)} others
          </button>
        </li>
      )}
      {node.children
        .filter(({ path }) => isLink(path))
        .map((child) => (
          <Node key={child.path} workflow={workflow} node={child} current={current} depth={depth + 1} />
        ))}
    </ul>
  );
}
