/**
 * A worker of an app whose tasks keep their results, and that validates with no library: what is bundled is
 * Celeriac.
 */
import { defineApp, defineTask } from '#lib';
import { serve } from '#lib/aws';

export const handler = serve(defineApp('small', { tasks: [defineTask('echo', { run: (input) => input })] }));
