/**
 * What `celeriac init` would do to a folder: decided from what is there, before anything is written. Files
 * that exist are left alone but for package.json and .gitignore, which get what they lack.
 */
import { APP_FILES, DEPENDENCIES, DEV_DEPENDENCIES, SCRIPTS, toOwnApp } from './templates.ts';

export interface PlannedFile {
  readonly path: string;
  readonly action: 'create' | 'change' | 'keep';
  readonly text: string;
  /** What is added to a file that exists, or why it is kept. */
  readonly what?: string;
}

/** What is known of the folder. */
export interface Found {
  /** By path: the text of each file that a template is for, of those that are there. */
  readonly files: ReadonlyMap<string, string>;
  /** The module that defines an app already, and what it exports it as. */
  readonly app: { readonly path: string; readonly name: string } | undefined;
  /** Whether there are sources, whose meaning "type": "module" would change. */
  readonly sources: boolean;
  /** The name that a new package gets. */
  readonly name: string;
  /** Which celeriac package.json asks for, where it asks for none yet. */
  readonly celeriac: string;
  /** Whether the user has named it, so that it takes the place of another. */
  readonly asked: boolean;
}

/**
 * Plans.
 * @throws SyntaxError where package.json is no JSON.
 */
export function planInit(found: Found, templates: ReadonlyMap<string, string>): readonly PlannedFile[] {
  // With an app of its own a project needs no second one, nor what belongs to that.
  const own = found.app?.path === APP_PATH ? undefined : found.app;
  // A CDK app of its own has a worker of its own.
  const provisioned = found.files.has('cdk.json');
  const rest = [...templates].flatMap(([path, template]): PlannedFile[] => {
    const text = own === undefined ? template : toOwnApp(path, template, own);
    if (text === undefined || (own !== undefined && provisioned && APP_FILES.has(path))) return [];
    const before = found.files.get(path);
    if (before === undefined) return [{ path, action: 'create', text }];
    if (path === '.gitignore') return [planIgnore(before, text)];
    return [{ path, action: 'keep', text: before, what: before === text ? 'as it is' : 'your own' }];
  });
  return [planManifest(found, own?.path ?? APP_PATH, own === undefined), ...rest];
}

/** Where the template has its app. */
export const APP_PATH = 'functions/app.ts';

type Manifest = Readonly<Record<string, unknown>>;

function planManifest(found: Found, app: string, whole: boolean): PlannedFile {
  const text = found.files.get('package.json');
  const there: Manifest =
    text === undefined ? { name: found.name, version: '0.0.0', private: true } : JSON.parse(text);
  const other = otherCeleriac(found, there);
  const before: Manifest =
    other === undefined
      ? there
      : { ...there, [other]: { ...recordOf(there[other]), celeriac: found.celeriac } };
  const scripts = Object.entries(SCRIPTS).filter(([name]) => whole || !TEMPLATE_SCRIPTS.has(name));
  const known = { ...recordOf(before.dependencies), ...recordOf(before.devDependencies) };
  const dependencies = { celeriac: found.celeriac, ...(whole ? DEPENDENCIES : {}) };
  const added: string[] = [];
  const add = (member: string, wanted: Readonly<Record<string, string>>, there: Manifest): Manifest => {
    const lacking = Object.entries(wanted).filter(([name]) => !(name in there));
    added.push(...lacking.map(([name]) => `${member}.${name}`));
    if (lacking.length === 0) return {};
    return { [member]: { ...recordOf(before[member]), ...Object.fromEntries(lacking) } };
  };
  if (other !== undefined) added.push(`${other}.celeriac as ${found.celeriac}`);
  // npm init writes "commonjs", and a script that fails, before there is a line of code.
  const isModule = before.type === 'module' || found.sources;
  if (!isModule) added.push('type');
  const placeholder = recordOf(before.scripts).test === NPM_PLACEHOLDER;
  const present = placeholder ? { ...recordOf(before.scripts), test: undefined } : recordOf(before.scripts);
  const own = Object.fromEntries(Object.entries(present).filter(([, value]) => value !== undefined));
  const after = {
    ...before,
    ...(isModule ? {} : { type: 'module' }),
    ...add('scripts', Object.fromEntries(scripts), own),
    ...add('dependencies', dependencies, known),
    ...add('devDependencies', DEV_DEPENDENCIES, known),
    ...('celeriac' in before ? {} : { celeriac: { app } }),
  };
  if (!('celeriac' in before)) added.push('celeriac.app');
  const file = { path: 'package.json', text: `${JSON.stringify(after, null, 2)}\n` };
  if (text === undefined) return { ...file, action: 'create' };
  if (added.length === 0) return { path: file.path, text, action: 'keep', what: 'as it is' };
  return { ...file, action: 'change', what: `adds ${added.join(', ')}` };
}

/** Where package.json asks for another celeriac than the one that is asked for. */
function otherCeleriac({ asked, celeriac }: Found, before: Manifest): string | undefined {
  if (!asked) return undefined;
  return ['dependencies', 'devDependencies'].find((member) => {
    const { celeriac: named } = recordOf(before[member]);
    return named !== undefined && named !== celeriac;
  });
}

/** What runs the template's own files. */
const TEMPLATE_SCRIPTS: ReadonlySet<string> = new Set(['demo', 'test']);
const NPM_PLACEHOLDER = 'echo "Error: no test specified" && exit 1';

function planIgnore(before: string, wanted: string): PlannedFile {
  const lines = before.split('\n').map((line) => line.trim().replace(/^\/|\/$/g, ''));
  const lacking = wanted
    .split('\n')
    .filter((line) => line !== '' && !lines.includes(line.replace(/\/$/, '')));
  if (lacking.length === 0) return { path: '.gitignore', action: 'keep', text: before, what: 'as it is' };
  const text = `${before}${before === '' || before.endsWith('\n') ? '' : '\n'}${lacking.join('\n')}\n`;
  return { path: '.gitignore', action: 'change', text, what: `adds ${lacking.join(', ')}` };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
