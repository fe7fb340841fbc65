import { createServer } from 'node:http';
import { pino } from 'pino';
import { createApiApp } from './http/app.ts';
import { hoistModels } from './http/hoist-models.ts';
import type { ApiDeps } from './http/instance.ts';
import { describeApi } from './http/openapi.ts';
import { apiRoutes } from './routes.ts';
import { keyRoutes } from './tokens/key-routes.ts';
import { tokenRoutes } from './tokens/token-route.ts';

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
