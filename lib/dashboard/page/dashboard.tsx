/** The frame around every page: navigation, who and where, light and dark, what has just been done. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { desk, hasSession } from './desk.ts';
import { AppInfo } from './info.ts';
import { type Tell, Telling, Updating, useLive } from './live.ts';
import { Navigation, PAGES } from './navigation.tsx';
import { Empty } from './parts/notice.tsx';
import type { Place } from './place.ts';
import { applyTheme, storedTheme, THEMES, type Theme } from './theme.ts';
import { usePlace } from './travel.ts';

const TOLD_MS = 8_000;

export function Dashboard() {
  const place = usePlace();
  const [updating, setUpdating] = useState(true);
  const { told, tell } = useTelling();
  return (
    <Telling.Provider value={tell}>
      <Updating.Provider value={updating}>
        <button type="button" class="skip" onClick={skip}>
          Skip to the content
        </button>
        <Frame place={place} updating={updating} onUpdating={setUpdating} />
        <div class="told" role="status">
          {told && <p class={`notice tone-${told.kind === 'done' ? 'good' : 'bad'}`}>{told.text}</p>}
        </div>
      </Updating.Provider>
    </Telling.Provider>
  );
}

interface FrameProps {
  readonly place: Place;
  readonly updating: boolean;
  readonly onUpdating: (updating: boolean) => void;
}

function Frame({ place, updating, onUpdating }: FrameProps) {
  const { data, error } = useLive('overview', desk.overview, 10_000);
  const { app = '', stage = '', readOnly = false, keepsRuns = true, deadLetters = 0 } = data ?? {};
  return (
    <AppInfo.Provider value={{ app, stage, readOnly, keepsRuns }}>
      <div class="frame">
        <Navigation
          place={place}
          deadLetters={deadLetters}
          tools={<Tools updating={updating} reached={error === undefined} onUpdating={onUpdating} />}
        >
          <p class="app">
            <b>{app || '…'}</b> <span>{stage}</span>
            {readOnly && <span class="badge tone-plain">read only</span>}
          </p>
        </Navigation>
        {error?.code === 'UNAUTHORIZED' ? <SignedOut /> : <Content place={place} app={app} />}
      </div>
    </AppInfo.Provider>
  );
}

interface ToolsProps {
  readonly updating: boolean;
  readonly reached: boolean;
  readonly onUpdating: (updating: boolean) => void;
}

function Tools({ updating, reached, onUpdating }: ToolsProps) {
  return (
    <>
      <button type="button" onClick={() => onUpdating(!updating)}>
        <i class={updating && reached ? 'pulse' : 'pulse still'} aria-hidden="true" />
        {updating ? 'Pause updates' : 'Resume updates'}
      </button>
      <ThemeSwitch />
      {hasSession() && (
        // The server's own page follows, so this is no link within this one.
        <a href="logout" rel="external">
          Log out
        </a>
      )}
    </>
  );
}

function Content({ place, app }: { readonly place: Place; readonly app: string }) {
  const [name = 'overview', ...rest] = place.path;
  const page = PAGES.find((candidate) => candidate.name === name);
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  const where = place.path.join('/');
  useEffect(() => {
    document.title = [rest[0], page?.title ?? 'Not found', app || 'Celeriac'].filter(Boolean).join(' · ');
  }, [where, app]);
  useEffect(() => {
    // A reader of a screen reader is taken along to the new page, but not when the first one opens.
    if (!first.current) main.current?.focus();
    first.current = false;
    scrollTo(0, 0);
  }, [where]);
  return (
    <main id="content" ref={main} tabIndex={-1}>
      {page === undefined ? <NotFound /> : <page.View key={where} place={place} />}
    </main>
  );
}

/** A session has ended: the server answers a reload with its form, which no script here has to see. */
function SignedOut() {
  return (
    <main id="content" tabIndex={-1}>
      <h1>Signed out</h1>
      <p class="dim">The session has ended, or the token is another one now.</p>
      <button type="button" class="primary" onClick={() => location.reload()}>
        Log in
      </button>
    </main>
  );
}

function NotFound() {
  return (
    <Empty title="There is no such page">
      <a href="#/overview">Go to the overview</a>
    </Empty>
  );
}

function ThemeSwitch() {
  const [theme, setTheme] = useState<Theme>(storedTheme);
  const choose = (next: Theme) => {
    applyTheme(next);
    setTheme(next);
  };
  return (
    <fieldset class="switch">
      <legend class="aside">Colours</legend>
      {THEMES.map((name) => (
        <label key={name}>
          <input type="radio" name="theme" checked={theme === name} onChange={() => choose(name)} />
          <span>{THEME_NAMES[name]}</span>
        </label>
      ))}
    </fieldset>
  );
}

const THEME_NAMES: Readonly<Record<Theme, ComponentChildren>> = {
  system: 'Auto',
  light: 'Light',
  dark: 'Dark',
};

interface Told {
  readonly text: string;
  readonly kind: 'done' | 'failed';
}

function useTelling(): { readonly told: Told | undefined; readonly tell: Tell } {
  const [told, setTold] = useState<Told>();
  const tell = useRef<Tell>((text, kind = 'done') => setTold({ text, kind }));
  useEffect(() => {
    if (told === undefined) return;
    const timer = setTimeout(() => setTold(undefined), TOLD_MS);
    return () => clearTimeout(timer);
  }, [told]);
  return { told, tell: tell.current };
}

/** Not a link: the part of the address that it would change says which page this is. */
function skip(): void {
  document.getElementById('content')?.focus();
}
