/** `celeriac init`: starts a project, or adds Celeriac to one. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { spaceProblems } from '../define/name.ts';
import { type Answer, type AnswerOptions, answer } from './answer.ts';
import { type Ask, ask } from './ask.ts';
import { readSources } from './example-call.ts';
import { EXIT, invalid } from './failure.ts';
import { DEFINES, TEST } from './find-app.ts';
import { notesOf } from './init-notes.ts';
import { APP_PATH, type Found, type PlannedFile, planInit } from './init-plan.ts';
import { buildFor, ownPackage } from './own-package.ts';
import { packageManagerOf } from './package-manager.ts';
import { bold, cyan, dim, green } from './paint.ts';
import { readTemplates } from './templates.ts';

export interface InitOptions extends AnswerOptions {
  /** The app's name; else the folder's. */
  readonly name?: string;
  /** What package.json asks for as `celeriac`. */
  readonly package?: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

/** Starts, or adds; asks before a project is touched that is not empty. */
export async function init(options: InitOptions, folder = '.'): Promise<void> {
  const answered = await toInit(options, resolve(folder), ask);
  if (options.dryRun !== true) await buildFor(resolve(folder));
  answer(answered, options);
}

/** The answer of an init in a folder. */
export async function toInit(options: InitOptions, folder: string, asks: Ask): Promise<Answer> {
  const name = options.name ?? toName(basename(folder));
  if (spaceProblems('app', name).length > 0)
    throw invalid('--name', name, "1 to 16 letters, digits and '_', beginning with a letter");
  const templates = await readTemplates(name);
  const found = await lookAround(folder, templates, options);
  const plan = planInit(found, templates);
  const wanted = plan.filter(({ action }) => action !== 'keep');
  const files = plan.map(({ path, action, what }) => ({ path, action, what }));
  const said = sayPlan(plan, folder);
  const notes = notesOf(plan);
  if (wanted.length === 0)
    return { value: { folder, files, written: [] }, text: 'nothing to do: all is there' };
  if (options.dryRun === true) {
    return { value: { folder, files, written: [], notes }, text: [said, ...paragraphs(notes)].join('\n') };
  }
  const empty = found.files.size === 0 && found.app === undefined && !found.sources;
  const written: string[] = [];
  for (const group of toQuestions(wanted)) {
    if (!empty && options.yes !== true && !(await asks(`${group.question} in ${folder}`))) continue;
    for (const file of group.files) await write(folder, file);
    written.push(...group.files.map(({ path }) => path));
  }
  const value = { folder, files, written, notes };
  if (written.length === 0) return { value, text: 'nothing was written', code: EXIT.failed };
  const complete = written.length === wanted.length;
  const end = complete ? await sayNext(folder, found) : `written: ${written.join(', ')}`;
  return { value, text: [said, ...paragraphs(notes), '', end].join('\n') };
}

/** Each with an empty line before it. */
function paragraphs(notes: readonly string[]): readonly string[] {
  return notes.flatMap((note) => ['', note]);
}

interface Question {
  readonly question: string;
  readonly files: readonly PlannedFile[];
}

/** One question for all new files, and one for each that is changed. */
function toQuestions(wanted: readonly PlannedFile[]): readonly Question[] {
  const changed = wanted.filter(({ action }) => action === 'change');
  const created = wanted.filter(({ action }) => action === 'create');
  return [
    ...changed.map((file) => ({ question: `change ${file.path} (${file.what ?? ''})`, files: [file] })),
    ...(created.length === 0
      ? []
      : [{ question: `create ${created.map(({ path }) => path).join(', ')}`, files: created }]),
  ];
}

async function lookAround(
  folder: string,
  templates: ReadonlyMap<string, string>,
  options: InitOptions,
): Promise<Found> {
  const paths = ['package.json', ...templates.keys()];
  const texts = await Promise.all(
    paths.map(
      async (path) => [path, await readFile(join(folder, path), 'utf8').catch(() => undefined)] as const,
    ),
  );
  const names = await readdir(folder).catch(() => []);
  const sources = names.length === 0 ? [] : await readSources(folder);
  const home = sources.find(({ path, text }) => DEFINES.test(text) && !TEST.test(path));
  return {
    files: new Map(texts.flatMap(([path, text]) => (text === undefined ? [] : [[path, text]]))),
    app: home && { path: home.path.replace(/^\.\//, ''), name: DEFINES.exec(home.text)?.[1] ?? 'app' },
    sources: sources.length > 0,
    name: toPackageName(basename(folder)),
    celeriac: options.package ?? (await ownPackage(folder)),
    asked: options.package !== undefined,
  };
}

async function write(folder: string, { path, text }: PlannedFile): Promise<void> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

function toName(text: string): string {
  const name = text.replace(/[^A-Za-z0-9_]/g, '').slice(0, APP_LENGTH_MAX);
  return /^[A-Za-z]/.test(name) ? name : 'hello';
}

function toPackageName(text: string): string {
  return (
    text
      .toLowerCase()
      .replace(/[^a-z0-9._-]/g, '-')
      .replace(/^[._-]+/, '') || 'hello'
  );
}

const APP_LENGTH_MAX = 16;

function sayPlan(plan: readonly PlannedFile[], folder: string): string {
  const signs = { create: green('+'), change: cyan('~'), keep: dim('=') };
  const lines = plan.map(
    ({ path, action, what }) => `${signs[action]} ${path}${what === undefined ? '' : dim(`  ${what}`)}`,
  );
  return [bold(folder), ...lines].join('\n');
}

async function sayNext(folder: string, { app }: Found): Promise<string> {
  const way = relative(process.cwd(), folder);
  const go = way.startsWith('..') ? folder : way;
  const manager = await packageManagerOf(folder);
  const first = [...(go === '' ? [] : [`cd ${go}`]), `${manager} install`];
  if (app === undefined || app.path === APP_PATH)
    return `Next:\n  ${[...first, `${manager} run demo`].join('\n  ')}`;
  return `The app is ${app.path}. Next:\n  ${[...first, `${manager} run check`].join('\n  ')}`;
}
