/**
 * The dashboard of `celeriac dev`: the desk of the app in this folder, over the emulator in this process. The
 * app's own module is loaded for it, as the workers load it; definitions do nothing but define.
 */
import { join } from 'node:path';
import { findPage } from '../dashboard/find-page.ts';
import { type Api, createApi, createDesk, listen, type OpenDesk } from '../dashboard/index.ts';
import type { App } from '../define/app.ts';
import type { Emulator } from '../emulator/index.ts';
import { toModule } from './app-file.ts';
import { viewOf } from './emulator-view.ts';
import { findExporter, KEYS, type RunningApp } from './example-call.ts';

export interface DevDashboardOptions {
  readonly emulator: Emulator;
  /** 0 takes a free one. */
  readonly port: number;
  readonly say: (line: string) => void;
}

export interface DevDashboard {
  /**
   * Shows the app as it is now; the first time it begins to listen. Says what is in the way, and never
   * rejects.
   */
  show(running: RunningApp): Promise<void>;
  close(): Promise<void>;
}

export function createDevDashboard({ emulator, port, say }: DevDashboardOptions): DevDashboard {
  const page = findPage();
  let api: Api | undefined;
  let desk: OpenDesk | undefined;
  let server: Awaited<ReturnType<typeof listen>> | undefined;
  const show = async (running: RunningApp): Promise<void> => {
    const app = await loadRunning(running.project, running.app);
    if (app === undefined) {
      say(`no dashboard: no file exports the app as 'export const … = defineApp('${running.app}', …)'`);
      return;
    }
    const { url: endpoint, region, stage } = running;
    const credentials = { accessKeyId: KEYS.AWS_ACCESS_KEY_ID, secretAccessKey: KEYS.AWS_SECRET_ACCESS_KEY };
    const next = createDesk(app, { endpoint, region, stage, credentials }, viewOf(emulator));
    await desk?.close();
    desk = next;
    api = createApi(next, { page, onFailure: (error) => say(`dashboard: ${error}`) });
    if (server !== undefined) return;
    server = await listen(async (request) => (api ?? notYet)(request), { port });
    say(`dashboard ${server.url}`);
  };
  return {
    show: (running) => show(running).catch((error) => say(`no dashboard: ${toLine(error)}`)),
    async close() {
      await server?.close();
      await desk?.close();
    },
  };
}

/** The app that a file of the project exports under this name. */
async function loadRunning(project: string, name: string): Promise<App | undefined> {
  const file = await findExporter(project, name);
  if (file === undefined) return undefined;
  const module: Readonly<Record<string, unknown>> = await import(await toModule(join(project, file)));
  return Object.values(module).find((value): value is App => isApp(value, name));
}

function isApp(value: unknown, name: string): value is App {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    value.kind === 'app' &&
    'name' in value &&
    value.name === name
  );
}

const notYet: Api = async () => new Response('the app is not loaded yet', { status: 503 });

function toLine(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
