/** All pages, and the way to each. */
import type { ComponentChildren, ComponentType } from 'preact';
import { useFrom } from './from.ts';
import { CostPage } from './pages/cost.tsx';
import { DeadLettersPage } from './pages/dead-letters.tsx';
import { ExchangesPage } from './pages/exchanges.tsx';
import { LimitsPage } from './pages/limits.tsx';
import { OverviewPage } from './pages/overview.tsx';
import { QueuesPage } from './pages/queues.tsx';
import { RunsPage } from './pages/runs.tsx';
import { SchedulesPage } from './pages/schedules.tsx';
import { TasksPage } from './pages/tasks.tsx';
import { WorkersPage } from './pages/workers.tsx';
import { WorkflowsPage } from './pages/workflows.tsx';
import { type Place, toHash } from './place.ts';
import { toCount } from './text.ts';

export interface PageProps {
  readonly place: Place;
}

interface PageEntry {
  readonly name: string;
  readonly title: string;
  readonly View: ComponentType<PageProps>;
}

export const PAGES: readonly PageEntry[] = [
  { name: 'overview', title: 'Overview', View: OverviewPage },
  { name: 'runs', title: 'Runs', View: RunsPage },
  { name: 'tasks', title: 'Tasks', View: TasksPage },
  { name: 'workflows', title: 'Workflows', View: WorkflowsPage },
  { name: 'queues', title: 'Queues', View: QueuesPage },
  { name: 'dead-letters', title: 'Dead letters', View: DeadLettersPage },
  { name: 'exchanges', title: 'Exchanges', View: ExchangesPage },
  { name: 'schedules', title: 'Schedules', View: SchedulesPage },
  { name: 'workers', title: 'Workers', View: WorkersPage },
  { name: 'limits', title: 'Limits', View: LimitsPage },
  { name: 'cost', title: 'Cost', View: CostPage },
];

interface NavigationProps {
  readonly place: Place;
  readonly deadLetters: number;
  /** What stands below the pages. */
  readonly tools: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Navigation({ place, deadLetters, tools, children }: NavigationProps) {
  const {
    path: [current = 'overview'],
  } = place;
  // On a narrow page the list lies over the page, so a choice closes it.
  const [open, setOpen] = useFrom(place.path.join('/'), () => false);
  return (
    <header class={open ? 'side open' : 'side'}>
      <div class="brand">
        <img src="icon.svg" width="26" height="26" alt="" />
        {children}
        <button
          type="button"
          class="menu"
          aria-expanded={open}
          aria-controls="pages"
          onClick={() => setOpen(!open)}
        >
          Menu
        </button>
      </div>
      <nav id="pages" aria-label="Pages">
        {PAGES.map(({ name, title }) => (
          <a key={name} href={toHash([name])} aria-current={name === current ? 'page' : undefined}>
            {title}
            {name === 'dead-letters' && deadLetters > 0 && (
              <span class="count">
                {toCount(deadLetters)}
                <span class="aside"> dead letters</span>
              </span>
            )}
          </a>
        ))}
      </nav>
      <div class="tools">{tools}</div>
    </header>
  );
}
