import { createServer } from 'node:http';
import { pino } from 'pino';
import { createApiApp } from '../api/http/app.ts';
import { hoistModels } from '../api/http/hoist-models.ts';
import type { ApiDeps } from '../api/http/instance.ts';
import { describeApi } from '../api/http/openapi.ts';
import { apiRoutes } from '../api/routes.ts';
import { keyRoutes } from '../api/tokens/key-routes.ts';
import { tokenRoutes } from '../api/tokens/token-route.ts';

/** The description of the whole API by OpenAPI 3.1, as a server gives it at `/api/v0/openapi.json`. */
export async function openApiDocument(): Promise<object> {
  const app = createApiApp({
    log: pino({ level: 'silent' }),
    serverFactory: (handler) => createServer(handler),
    onRequestEnd: () => undefined,
  });
  await describeApi(app);
  // Routes keep what they are given until a request comes, and none does.
  const deps = { publicUrl: 'https://registry.example' } as ApiDeps & Parameters<typeof tokenRoutes>[1];
  apiRoutes(app, deps);
  tokenRoutes(app, deps);
  keyRoutes(app, deps);
  await app.ready();
  const document = hoistModels(app.swagger());
  await app.close();
  return document;
}
