/** The worker of the app, and its `later`. */
import { serveVirtually } from '../virtual-worker.ts';
import { overdueApp } from './app.ts';

export const handler = serveVirtually(overdueApp);
