/**
 * `celeriac check`: what is wrong with an app, what a deploy would replace, how near its limits are, what its
 * bundles need, and what it costs. Nothing is synthesized and AWS is not asked.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { IDLE_QUEUE_USD_PER_MONTH, PRICES_READ } from '../core/price.ts';
import type { App } from '../define/app.ts';
import { byService, estimateTask } from '../define/cost.ts';
import { type DeployedTemplate, type Replacement, toReplacements } from '../define/replacement.ts';
import { type Topology, topology } from '../define/topology.ts';
import { toUsage } from '../define/usage.ts';
import type { Problem } from '../errors.ts';
import { type Answer, type AnswerOptions, answer } from './answer.ts';
import { EXIT, invalid } from './failure.ts';
import { type AppOptions, openApp } from './find-app.ts';
import { readCount } from './given.ts';
import { bold, green, red, yellow } from './paint.ts';
import { type PlaceOptions, toPlace } from './place.ts';
import { toTable } from './table.ts';

export interface CheckOptions extends AppOptions, AnswerOptions, Pick<PlaceOptions, 'stage'> {
  /** A template, or a folder of templates, of what is deployed. */
  readonly against?: string;
  /** How long a task takes, for the estimate. */
  readonly duration: string;
  readonly memory: string;
}

/** What the report says, as `--json` prints it. */
export interface CheckReport {
  readonly app: string | undefined;
  readonly problems: readonly Problem[];
  readonly replacements: readonly Replacement[];
  /** With what it was compared; undefined: nothing was there. */
  readonly against: string | undefined;
  readonly limits: ReturnType<typeof toUsage>;
  readonly tools: readonly Tool[];
  readonly costs: readonly { readonly task: string; readonly usdPerMillion: number }[];
  readonly idleUsdPerMonth: number;
}

/** What a deploy of the app needs on the machine that synthesizes it. */
export interface Tool {
  readonly name: string;
  readonly found: boolean;
  readonly why: string;
}

/** Checks; the exit code is 1 where the app could not be deployed, or a deploy would replace something. */
export async function check(options: CheckOptions): Promise<void> {
  answer(await toCheck(options, process.cwd()), options);
}

/** The answer of a check in a folder. */
export async function toCheck(options: CheckOptions, folder: string): Promise<Answer> {
  const { stage } = toPlace(options);
  const assumed = {
    durationMs: readCount('--duration', options.duration, 1, 900_000),
    memoryMb: readCount('--memory', options.memory, 128, 10_240),
  };
  const tools = findTools(folder);
  const looked = await lookAt(options, stage, folder);
  if ('problems' in looked) {
    const { problems } = looked;
    const value = { app: undefined, problems, tools };
    return { value, text: sayProblems(problems), code: EXIT.failed };
  }
  const { app, plan } = looked;
  const deployed = await readDeployed(options.against, folder);
  const costs = app.tasks.map((task) => estimateTask(task, assumed));
  const report: CheckReport = {
    app: app.name,
    problems: [],
    replacements: deployed.templates.flatMap((template) => toReplacements(plan, template)),
    against: deployed.path,
    limits: toUsage(plan),
    tools,
    costs: costs.map(({ task, usdPerMillion }) => ({ task, usdPerMillion: rounded(usdPerMillion) })),
    idleUsdPerMonth: rounded(plan.workers.flatMap(({ levels }) => levels).length * IDLE_QUEUE_USD_PER_MONTH),
  };
  const failed = report.replacements.length > 0 || tools.some(({ found }) => !found);
  const text = sayReport(report, costs, assumed);
  return { value: report, text, code: failed ? EXIT.failed : EXIT.ok };
}

type Looked = { readonly app: App; readonly plan: Topology } | { readonly problems: readonly Problem[] };

/** Problems of definitions are what is asked for here; any other failure is a failure of the command. */
async function lookAt(options: AppOptions, stage: string, folder: string): Promise<Looked> {
  try {
    const app = await openApp(options, folder);
    return { app, plan: topology(app, { stage }) };
  } catch (error) {
    const problems = problemsOf(error);
    if (problems.length === 0) throw error;
    return { problems };
  }
}

/** By its members: the app may have a copy of the library of its own. */
function problemsOf(error: unknown): readonly Problem[] {
  if (!(error instanceof Error) || !('problems' in error) || !Array.isArray(error.problems)) return [];
  return error.problems;
}

/** The templates of a folder, or one template; what was not named need not be there. */
async function readDeployed(
  named: string | undefined,
  folder: string,
): Promise<{ readonly path: string | undefined; readonly templates: readonly DeployedTemplate[] }> {
  const path = resolve(folder, named ?? 'cdk.out');
  const found = await stat(path).catch(() => undefined);
  if (found === undefined && named !== undefined)
    throw invalid('--against', named, 'a template (JSON) or a folder that holds some, such as cdk.out');
  if (found === undefined) return { path: undefined, templates: [] };
  const files = found.isDirectory()
    ? (await readdir(path)).filter((name) => name.endsWith('.template.json')).map((name) => join(path, name))
    : [path];
  const templates = await Promise.all(files.map(readTemplate));
  return { path: files.length === 0 ? undefined : path, templates };
}

async function readTemplate(file: string): Promise<DeployedTemplate> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    throw invalid('--against', file, 'a CloudFormation template in JSON');
  }
}

function findTools(folder: string): readonly Tool[] {
  const { resolve: find } = createRequire(join(folder, 'package.json'));
  return TOOLS.map(({ name, why }) => {
    try {
      find(name === 'aws-cdk-lib' ? 'aws-cdk-lib/core' : name);
      return { name, found: true, why };
    } catch {
      return { name, found: false, why };
    }
  });
}

const TOOLS = [
  { name: 'esbuild', why: 'bundles the workers; without it the CDK starts Docker, if there is one' },
  { name: 'aws-cdk-lib', why: 'synthesizes the stack' },
  { name: 'constructs', why: 'synthesizes the stack' },
] as const;

function sayProblems(problems: readonly Problem[]): string {
  const lines = problems.map(({ code, path, message }) => `${red('✗')} ${bold(path)} ${message} (${code})`);
  return [...lines, `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`].join('\n');
}

function sayReport(
  report: CheckReport,
  costs: readonly ReturnType<typeof estimateTask>[],
  assumed: { readonly durationMs: number; readonly memoryMb: number },
): string {
  const missing = report.tools.filter(({ found }) => !found);
  return [
    `${green('✓')} the definitions of app '${report.app}' are right`,
    ...report.replacements.map(({ message }) => `${yellow('!')} ${message}`),
    ...(report.against === undefined
      ? ['  nothing to compare with: give the deployed template with --against to see what would be replaced']
      : report.replacements.length === 0
        ? [`${green('✓')} nothing of ${report.against} would be replaced or left behind`]
        : []),
    ...missing.map(({ name, why }) => `${red('✗')} ${name} is not installed here: it ${why}`),
    '',
    toTable(report.limits, {
      limit: ({ limit }) => limit,
      used: ({ used }) => used,
      allowed: ({ allowed }) => allowed,
      of: ({ of }) => of,
    }),
    '',
    toTable(costs, {
      task: ({ task }) => task,
      SQS: (cost) => dollars(byService(cost).SQS),
      Lambda: (cost) => dollars(byService(cost).Lambda),
      DynamoDB: (cost) => dollars(byService(cost).DynamoDB),
      'a million runs': ({ usdPerMillion }) => dollars(usdPerMillion),
    }),
    `idle: ${dollars(report.idleUsdPerMonth)} a month, since Lambda polls the queues`,
    `(messages of 6 KB in batches of 10, ${assumed.durationMs} ms on ${assumed.memoryMb} MB; ${PRICES_READ})`,
  ].join('\n');
}

function dollars(usd: number | undefined): string {
  return usd === undefined ? '' : `$${usd.toFixed(2)}`;
}

function rounded(usd: number): number {
  return Math.round(usd * 10_000) / 10_000;
}
