/**
 * The files that `celeriac init` writes. They stand in the folder `templates` of the package as they are, so
 * that they are compiled and run by the tests; what they call by this library's own names, projects call by
 * its public ones.
 */
import { readFile } from 'node:fs/promises';

/** Path in a project, and the file in the folder that it comes from: npm packs no .gitignore. */
const FILES = {
  'functions/app.ts': 'functions/app.ts',
  'functions/worker.ts': 'functions/worker.ts',
  'infra/main.ts': 'infra/main.ts',
  'test/app.test.ts': 'test/app.test.ts',
  'demo.ts': 'demo.ts',
  'tsconfig.json': 'tsconfig.json',
  'cdk.json': 'cdk.json',
  'README.md': 'README.md',
  '.gitignore': 'gitignore',
} as const;

export type TemplatePath = keyof typeof FILES;

/** What only makes sense beside the template's own app. */
export const APP_FILES: ReadonlySet<string> = new Set<TemplatePath>([
  'functions/app.ts',
  'functions/worker.ts',
  'infra/main.ts',
  'test/app.test.ts',
  'demo.ts',
  'README.md',
]);

/**
 * A file of the template for an app that is there already: its worker and its CDK app import that. Undefined
 * of what only makes sense beside the template's own.
 */
export function toOwnApp(
  path: string,
  text: string,
  app: { readonly path: string; readonly name: string },
): string | undefined {
  if (!APP_FILES.has(path)) return text;
  if (path !== 'functions/worker.ts' && path !== 'infra/main.ts') return undefined;
  const imported = app.name === 'app' ? 'app' : `${app.name} as app`;
  return text
    .replace(/import \{ app \} from '[^']+'/, `import { ${imported} } from '../${app.path}'`)
    .replace(/^ {2}workers: .*\n/m, '');
}

/** The files of a new project, whose app is called `name`. */
export async function readTemplates(name: string): Promise<ReadonlyMap<string, string>> {
  const texts = await Promise.all(
    Object.entries(FILES).map(async ([path, file]) => {
      const text = await readFile(new URL(`${FOLDER}templates/${file}`, import.meta.url), 'utf8');
      return [path, toProject(text, name)] as const;
    }),
  );
  return new Map(texts);
}

/** What package.json gets. An installed version is left alone, and so is a script of the same name. */
export const SCRIPTS: Readonly<Record<string, string>> = {
  demo: 'tsx demo.ts',
  dev: 'celeriac dev',
  test: 'node --import tsx --test test/*.test.ts',
  check: 'tsc && celeriac check',
  deploy: 'cdk deploy',
};

export const DEPENDENCIES: Readonly<Record<string, string>> = { zod: '^4.6.7' };

export const DEV_DEPENDENCIES: Readonly<Record<string, string>> = {
  '@types/node': '^20.19.43',
  'aws-cdk': '~2.1148.1',
  'aws-cdk-lib': '^2.276.0',
  constructs: '^10.8.1',
  esbuild: '^0.28.2',
  tsx: '^4.23.15',
  typescript: '^7.0.2',
};

/** Two folders up in a checkout, three in a build. */
const FOLDER = import.meta.url.includes('/dist/') ? '../../../' : '../../';

const PUBLIC: Readonly<Record<string, string>> = {
  "'#lib'": "'celeriac'",
  "'#lib/aws'": "'celeriac/aws'",
  "'#lib/emulator'": "'celeriac/emulator'",
  "'#lib/testing'": "'celeriac/testing'",
  "'#infra'": "'celeriac/infra'",
};

function toProject(text: string, name: string): string {
  const stack = name.charAt(0).toUpperCase() + name.slice(1);
  return text
    .replace(/'#[\w/]+'/g, (specifier) => PUBLIC[specifier] ?? specifier)
    .replace(/^# hello$/m, `# ${name}`)
    .replaceAll("defineApp('hello'", `defineApp('${name}'`)
    .replaceAll('`Hello-', `\`${stack}-`);
}
