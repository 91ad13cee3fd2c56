/** The worker of the week. */
import { serveVirtually } from '../virtual-worker.ts';
import { weekApp } from './app.ts';

export const handler = serveVirtually(weekApp());
