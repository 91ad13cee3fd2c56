/**
 * The command that `celeriac dev` shows for sending a task, with the app's own names in it. They are read
 * from the text of the sources, since loading them here would run the user's code in this process; where
 * they are not found, the text says what to put in their place.
 */
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

/** Where an app runs: what a client has to be told. */
export interface RunningApp {
  readonly project: string;
  readonly app: string;
  readonly stage: string;
  readonly url: string;
  readonly region: string;
}

/** No part of a project's sources: what is installed, built, or hidden. */
export const NO_SOURCE = /(^|[/\\])(node_modules|cdk\.out|dist|coverage|\.[^/\\]+|[^/\\]+\.log)([/\\]|$)/;

/** A project with more sources than this is not searched further. */
const SOURCES_MAX = 2_000;

/** Lines to paste into another terminal. */
export async function toExampleCall(running: RunningApp): Promise<string> {
  const { project, app, stage, url, region } = running;
  const found = await findNames(project, app);
  const { appFile, appExport, taskFile, taskExport, taskName } = found ?? UNKNOWN;
  const imports =
    appFile === taskFile
      ? [[`${appExport}, ${taskExport}`, appFile]]
      : [
          [appExport, appFile],
          [taskExport, taskFile],
        ];
  const library = await findLibrary(project);
  const where = { AWS_ENDPOINT_URL: url, AWS_REGION: region, ...KEYS };
  const environment = Object.entries(stage === 'dev' ? where : { ...where, CELERIAC_STAGE: stage });
  const note = found === undefined ? ', with your app and task in place of these' : '';
  return [
    `send a task from another terminal${note}:`,
    `  npx celeriac send ${taskName} '<its input as JSON>' --wait 30s --endpoint ${url}${ofStage(stage)}`,
    'or from TypeScript:',
    `  ${environment.map(([name, value]) => `${name}=${value}`).join(' ')} \\`,
    '  npx tsx --input-type=module -e "',
    `    const { connect } = await import('${library}');`,
    ...imports.map(([names, file]) => `    const { ${names} } = await import('${file}');`),
    `    const client = connect(${appExport});`,
    `    const result = await client.send(${taskExport}(/* its input */));`,
    '    console.log(await result.get());',
    '    await client.close();"',
  ].join('\n');
}

/** The emulator takes any credentials, but the SDK wants some. */
export const KEYS = { AWS_ACCESS_KEY_ID: 'dev', AWS_SECRET_ACCESS_KEY: 'dev' };

function ofStage(stage: string): string {
  return stage === 'dev' ? '' : ` --stage ${stage}`;
}

interface Names {
  readonly taskName: string;
  readonly appFile: string;
  readonly appExport: string;
  readonly taskFile: string;
  readonly taskExport: string;
}

const UNKNOWN: Names = {
  taskName: 'task',
  appFile: './app.ts',
  appExport: 'app',
  taskFile: './app.ts',
  taskExport: 'task',
};

async function findNames(project: string, app: string): Promise<Names | undefined> {
  const files = await readSources(project);
  const isApp = appPattern(app);
  const isTask = /^export const (\w+) = (?:defineTask|implement)\(\s*(?:['"\x60]([\w-]+)['"\x60])?/m;
  const home = files.find(({ text }) => isApp.test(text));
  if (home === undefined) return undefined;
  // Beside the app if there is one, else wherever tasks are.
  const task = isTask.test(home.text) ? home : files.find(({ text }) => isTask.test(text));
  if (task === undefined) return undefined;
  const [, taskExport = UNKNOWN.taskExport, taskName] = isTask.exec(task.text) ?? [];
  return {
    appFile: home.path,
    appExport: isApp.exec(home.text)?.[1] ?? UNKNOWN.appExport,
    taskFile: task.path,
    taskExport,
    taskName: taskName ?? taskExport,
  };
}

/** The file that exports an app, as an import from the project's folder writes it. */
export async function findExporter(project: string, app: string): Promise<string | undefined> {
  return (await readSources(project)).find(({ text }) => appPattern(app).test(text))?.path;
}

function appPattern(app: string): RegExp {
  return new RegExp(String.raw`^export const (\w+) = defineApp\(\s*['"\x60]${app}['"\x60]`, 'm');
}

/** The text of the project's modules; paths as an import from its folder writes them. */
export async function readSources(
  project: string,
): Promise<{ readonly path: string; readonly text: string }[]> {
  const entries = await readdir(project, { recursive: true });
  const paths = entries.filter((path) => /\.m?[jt]s$/.test(path) && !NO_SOURCE.test(path)).sort();
  return Promise.all(
    paths.slice(0, SOURCES_MAX).map(async (path) => ({
      path: `./${path.split(sep).join('/')}`,
      text: await readFile(join(project, path), 'utf8').catch(() => ''),
    })),
  );
}

/** A checkout of Celeriac itself knows its own entry by another name, which needs no build. */
async function findLibrary(project: string): Promise<string> {
  for (let folder = project; ; folder = dirname(folder)) {
    const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined);
    if (text !== undefined) return JSON.parse(text).name === 'celeriac' ? '#lib/aws' : 'celeriac/aws';
    if (relative(folder, dirname(folder)) === '') return 'celeriac/aws';
  }
}
