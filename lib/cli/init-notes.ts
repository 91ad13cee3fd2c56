/** What `celeriac init` leaves to the user: to change it would change what their own files mean. */
import type { PlannedFile } from './init-plan.ts';

/** One note for each of the user's own files that the new ones do not fit. */
export function notesOf(plan: readonly PlannedFile[]): readonly string[] {
  const texts = new Map(plan.map(({ path, text }) => [path, text]));
  const own = new Set(plan.filter(({ what }) => what === 'your own').map(({ path }) => path));
  const { type }: { readonly type?: unknown } = JSON.parse(texts.get('package.json') ?? '{}');
  const lacks = (path: string, ...words: readonly string[]): boolean =>
    own.has(path) && !words.some((word) => texts.get(path)?.includes(word));
  const writes = plan.some(({ path, action }) => action === 'create' && path.endsWith('.ts'));
  return [
    ...(type === 'module' ? [] : [MODULE]),
    ...(lacks('cdk.json', 'infra/main') ? [texts.has('infra/main.ts') ? CDK_BESIDE : CDK] : []),
    ...(writes && lacks('tsconfig.json', 'allowImportingTsExtensions', 'rewriteRelativeImportExtensions')
      ? [EXTENSIONS]
      : []),
  ];
}

const MODULE =
  'package.json has no "type": "module", and there are sources already: Celeriac is ESM only, so set it, ' +
  'or run init in a folder of its own';
const CDK =
  "cdk.json is your own: 'dev' and 'deploy' run the CDK app that it names, which needs a Broker of " +
  'celeriac/infra in one of its stacks';
const CDK_BESIDE =
  "cdk.json is your own: 'dev' and 'deploy' run the CDK app that it names, not infra/main.ts; put the " +
  'Broker that stands there into one of your stacks';
const EXTENSIONS =
  "tsconfig.json is your own: the new files import each other by names in '.ts', so 'check' needs " +
  '"allowImportingTsExtensions" and "noEmit" (or "rewriteRelativeImportExtensions") there, and ' +
  '"types": ["node"]';
