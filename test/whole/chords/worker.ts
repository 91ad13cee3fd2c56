/** The worker of the workflows that schedules send. */
import { serveVirtually } from '../virtual-worker.ts';
import { app } from './app.ts';

export const handler = serveVirtually(app);
