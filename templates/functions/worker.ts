/** What runs on Lambda: each queue with tasks gets a function of its own from this file. */
import { serve } from '#lib/aws';
import { app } from './app.ts';

export const handler = serve(app);
