/**
 * Has laws drawn from CELERIAC_SEED, where it is set: `.ci/run` takes it from the contents of a commit, so
 * that its verdict can be had again. Elsewhere fast-check draws a seed, and prints it on a failure.
 */
import fc from 'fast-check';

const { CELERIAC_SEED } = process.env;
if (CELERIAC_SEED !== undefined) fc.configureGlobal({ seed: Number(CELERIAC_SEED) });
