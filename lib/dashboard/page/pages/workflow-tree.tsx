/** A workflow as a tree: opened node by node, the members of a group page by page. */
import { useState } from 'preact/hooks';
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

function Children({ workflow, node, current, depth }: NodeProps) {
  const [more, setMore] = useState<readonly WorkflowNode[]>([]);
  const { busy, run } = useAction();
  const first = node.children.filter(({ path }) => !isLink(path));
  const members = [...first, ...more.filter((late) => first.every(({ path }) => path !== late.path))];
  const left = node.kind === 'group' && node.total !== undefined ? node.total - members.length : 0;
  const load = () =>
    run(async () => {
      const { children } = await desk.workflow(workflow, { path: node.path, after: members.length - 1 });
      setMore([...more, ...children]);
      return `${toCount(children.length)} more members are shown.`;
    });
  return (
    <ul>
      {members.map((child) => (
        <Node key={child.path} workflow={workflow} node={child} current={current} depth={depth + 1} />
      ))}
      {left > 0 && (
        <li>
          <button type="button" class="quiet" disabled={busy} onClick={load}>
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
