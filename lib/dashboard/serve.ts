/** `serveDashboard`: the Lambda handler of an app's dashboard. */
import { join } from 'node:path';
import { connectDesk } from '../aws/desk.ts';
import type { App } from '../define/app.ts';
import { CeleriacError } from '../errors.ts';
import { toFailure } from './api/failure.ts';
import { type Api, createApi } from './api/server.ts';
import { toUrlHandler, type UrlHandler } from './function-url.ts';
import { deskOf } from './open-desk.ts';
import { pageIn } from './page-files.ts';
import { withToken } from './token.ts';

/**
 * The handler of the dashboard's function: `export const handler = serveDashboard(app)`. Who is let in and
 * whether anything may be done come from the environment that `Broker` sets; without it nobody is.
 */
export function serveDashboard(app: App): UrlHandler {
  const { CELERIAC_DASHBOARD_AUTH: auth, CELERIAC_DASHBOARD_SECRET: secret = '' } = process.env;
  const { CELERIAC_DASHBOARD_SESSIONS: sessions = '' } = process.env;
  const readOnly = process.env.CELERIAC_DASHBOARD_READ_ONLY === 'true';
  const connection = connectDesk(app);
  const api = createApi(deskOf(connection, readOnly), {
    readOnly,
    // Broker has put it beside the bundle.
    page: pageIn(join(process.env.LAMBDA_TASK_ROOT ?? '.', 'page')),
    onFailure: (error) => console.error(error),
  });
  if (auth === 'token') {
    const ended = connection.endedSessions(sessions);
    const realm = `${connection.app.name}-${connection.stage}`;
    return toUrlHandler(
      withToken(api, { secret: () => connection.secret(secret), now: Date.now, ended, realm }),
    );
  }
  const [open, closed] = [toUrlHandler(api), toUrlHandler(refuse)];
  return async (event) => {
    // Lambda has checked the signature; that it did is seen by who signed. A URL that was opened by mistake
    // lets
    // nobody in.
    const signed = event.requestContext.authorizer?.iam !== undefined;
    return auth === 'iam' && signed ? open(event) : closed(event);
  };
}

const refuse: Api = async () => {
  const { status, body } = toFailure(
    new CeleriacError('UNAUTHORIZED', 'requests to this dashboard are signed'),
  );
  return Response.json(body, { status });
};
