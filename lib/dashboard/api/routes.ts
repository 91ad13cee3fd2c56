/** Every question and action of the desk, as the server answers them and the OpenAPI file lists them. */
import { ACTIONS } from './actions.ts';
import { QUESTIONS } from './questions.ts';
import type { Route } from './route.ts';

export const ROUTES: readonly Route[] = [...QUESTIONS, ...ACTIONS];
