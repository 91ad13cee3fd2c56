/** The commands that need a project and no running app. */
import { APP_OPTIONS, type Entry, HEADER_OPTION, JSON_OPTION, YES_OPTION } from './entry.ts';
import { overApp } from './over.ts';

export const PROJECT: readonly Entry[] = [
  {
    name: 'init',
    summary: 'start a project, or add Celeriac to one; asks before it touches a file of yours',
    arguments: [{ name: 'folder', summary: 'where; else here', optional: true }],
    options: [
      { flags: '--name <name>', summary: "the app's name; else the folder's" },
      {
        flags: '--package <spec>',
        summary: 'what package.json asks for as celeriac: a version, or a file such as file:../celeriac.tgz',
      },
      { flags: '--dry-run', summary: 'only say what would be written' },
      YES_OPTION,
      JSON_OPTION,
    ],
    examples: [
      { words: 'init shop', summary: 'a new project in the folder shop' },
      { words: 'init --dry-run', summary: 'what would be added to the project here' },
    ],
    load: async () => (await import('../init.ts')).init,
  },
  {
    name: 'check',
    summary: 'say what is wrong with the app, what a deploy would replace, limits, and costs',
    options: [
      ...APP_OPTIONS,
      { flags: '--stage <name>', summary: 'which copy of the app; else CELERIAC_STAGE, else dev' },
      {
        flags: '--against <file>',
        summary: 'what is deployed: a template, or a folder with some; else cdk.out, where there is one',
      },
      { flags: '--duration <ms>', summary: 'for the estimate: how long a task takes', default: '50' },
      { flags: '--memory <mb>', summary: 'for the estimate: the memory of workers', default: '512' },
    ],
    examples: [
      { words: 'check', summary: 'the app of this project' },
      { words: 'check --against deployed.json --stage prod', summary: 'before a deploy to prod' },
    ],
    load: async () => (await import('../check.ts')).check,
  },
  {
    name: 'graph',
    summary: "draw the app's schedules, exchanges, queues and tasks",
    options: [
      ...APP_OPTIONS,
      {
        flags: '--format <format>',
        summary: 'Mermaid, or DOT for Graphviz',
        default: 'mermaid',
        choices: ['mermaid', 'dot'],
      },
    ],
    examples: [
      { words: 'graph > topology.mmd', summary: 'as Mermaid' },
      { words: 'graph --format dot | dot -Tsvg > topology.svg', summary: 'as a picture' },
    ],
    load: overApp(async () => (await import('../graph.ts')).graph),
  },
  {
    name: 'routes',
    summary: 'say where a message would go, and why; without an exchange, list them',
    arguments: [
      { name: 'exchange', summary: 'where it is published', optional: true },
      { name: 'key', summary: 'its routing key', optional: true },
    ],
    options: [...APP_OPTIONS, HEADER_OPTION],
    examples: [
      { words: 'routes orders order.eu.created', summary: 'who gets a message under this key' },
      { words: 'routes alerts --header urgent=true', summary: 'who gets it by its headers' },
    ],
    load: overApp(async () => (await import('../routes.ts')).routes),
  },
  {
    name: 'explain',
    summary: 'say what the code of an error, a state or a reason means, and what to do',
    arguments: [
      { name: 'code', summary: 'as it stands in the error; without it, all codes', optional: true },
    ],
    options: [JSON_OPTION],
    examples: [
      { words: 'explain RESULT_TIMEOUT', summary: 'the code of an error' },
      { words: 'explain attempts-exhausted', summary: 'why a message is a dead letter' },
    ],
    load: async () => (await import('../explain.ts')).explain,
  },
];
