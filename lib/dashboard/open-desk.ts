/**
 * The desk of an app on AWS, or on an emulator: what the dashboard, its API and the command line stand on.
 */
import { connectDesk, type DeskConnection } from '../aws/desk.ts';
import type { ConnectOptions } from '../aws/index.ts';
import type { App } from '../define/app.ts';
import type { DeskPorts } from './context.ts';
import { createDeskOver } from './create-desk.ts';
import type { Desk } from './desk.ts';

/** Whose desk is opened, and whether it may act. */
export interface DeskOptions extends ConnectOptions {
  /** Refuses every action with READ_ONLY. @default false */
  readonly readOnly?: boolean;
}

/** A desk, and how to let go of it. */
export interface OpenDesk extends Desk {
  /** Closes the connections under it. */
  close(): Promise<void>;
}

/** What a desk sees beside an emulator, and not on AWS. */
export type EmulatorView = Pick<DeskPorts, 'see' | 'gauges'>;

/**
 * Opens the desk of an app. Nothing is called before the first question; region, credentials and endpoint
 * default to the environment.
 * @throws DefinitionError as `topology` does
 */
export function createDesk(app: App, options: DeskOptions = {}, view?: EmulatorView): OpenDesk {
  const { readOnly, ...place } = options;
  const connection = connectDesk(app, place);
  return { ...deskOf(connection, readOnly ?? false, view), close: connection.close };
}

/** The desk over a connection. */
export function deskOf(connection: DeskConnection, readOnly: boolean, view?: EmulatorView): Desk {
  const { app, stage, client, adapters } = connection;
  const ports: DeskPorts = { ...adapters, client, schedules: client.schedules, ...view };
  return createDeskOver(app, ports, { stage, readOnly });
}
