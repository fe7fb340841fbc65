import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import { errors, Pool, type Dispatcher } from 'undici';
import { temporalUiPath } from '../config/load.ts';
import { assertNotCrossSite } from '../accounts/sign-in/csrf.ts';
import { DomainError } from '../errors/domain-error.ts';
import type { PageDeps, ApiInstance } from './http/instance.ts';

// The UI waits for news of a workflow for a minute at most.
const answerTimeoutMs = 120_000;
const maxConnections = 32;
// As much as the frontend of Temporal takes.
const maxBodyBytes = 4 * 1024 * 1024;
/** The UI's own cookie, whose value its pages repeat in a header. */
const csrfCookie = '_csrf';

/**
 * What the pages may do: they come without a policy of their own where they are below a path, and show what users have
 * written. Their start is a script in the page.
 */
const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'self'",
].join('; ');

// Neither who asks, nor what holds for this connection alone (RFC 9110, section 7.6.1), nor what a client says of itself.
const passedOn = [
  'accept',
  'accept-encoding',
  'accept-language',
  'caller-type',
  'content-type',
  'if-modified-since',
  'if-none-match',
  'range',
  'x-csrf-token',
] as const;
const passedBack = [
  'accept-ranges',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'etag',
  'last-modified',
  'location',
  'vary',
] as const;

/**
 * The Temporal UI of this machine, for system administrators who have signed in. The UI knows no users, answers to any
 * `Host`, and lets whoever reaches it end workflows; it listens where no page can find it (local/temporal.ts).
 */
export function temporalUiRoutes(app: ApiInstance, { temporalUiUrl, publicUrl }: PageDeps): void {
  const ui = temporalUiUrl === undefined ? undefined : createPool(temporalUiUrl);
  app.addHook('onClose', async () => ui?.destroy());

  void app.register((scope: ApiInstance, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body));
    for (const url of [temporalUiPath, `${temporalUiPath}/*`]) {
      scope.route({
        url,
        method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
        bodyLimit: maxBodyBytes,
        // Its pages wait for news of many workflows at once.
        config: { access: 'system-admin', isPage: true, pace: 'none' },
        handler: async (request, reply) => {
          // A browser repeats a password by itself, whichever page makes it send the request.
          assertNotCrossSite(request.raw, publicUrl);
          if (!ui)
            throw new DomainError('NO_TEMPORAL_UI', 'Temporal runs elsewhere (TEMPORAL_ADDRESS), and so does its UI');
          return answer(await ask(ui, request), { reply, isSecure: publicUrl.startsWith('https:') });
        },
      });
    }
    done();
  });
}

function createPool(url: string): Pool {
  return new Pool(url, {
    connections: maxConnections,
    headersTimeout: answerTimeoutMs,
    bodyTimeout: answerTimeoutMs,
  });
}

async function ask(ui: Pool, request: FastifyRequest): Promise<Dispatcher.ResponseData> {
  const { headers, method, url, session, body } = request;
  // Of a session this is the token that proves a page of ours; the UI takes whatever its cookie and its header agree on.
  const csrfToken = session?.csrfToken ?? readCookie(headers);
  try {
    return await ui.request({
      method,
      path: hiddenPath(url),
      headers: {
        ...pick(headers, passedOn),
        ...(csrfToken !== undefined && { cookie: `${csrfCookie}=${csrfToken}` }),
      },
      body: Buffer.isBuffer(body) ? body : null,
    });
  } catch (error) {
    if (!(error instanceof errors.UndiciError) && (error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error;
    throw new DomainError('UNAVAILABLE', 'the Temporal UI does not answer just now: try again', { cause: error });
  }
}

/**
 * The path by which the UI itself knows what its pages ask for. It takes the prefix off every path, and then looks for
 * the pages of Markdown below the prefix all the same (UI 2.54, server/route/ui.go).
 */
function hiddenPath(url: string): string {
  return url.startsWith(`${temporalUiPath}/render?`) ? `${temporalUiPath}${url}` : url;
}

function answer(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  { reply, isSecure }: { reply: FastifyReply; isSecure: boolean },
): FastifyReply {
  void reply.code(statusCode).headers(pick(headers, passedBack));
  // Of several policies each holds.
  const policies = [contentSecurityPolicy, headers['content-security-policy'] ?? []].flat();
  void reply.header('content-security-policy', policies.join(', '));
  const cookies = [headers['set-cookie'] ?? []].flat().map((cookie) => cookie.split(';')[0] ?? '');
  const pair = cookies.find((cookie) => cookie.startsWith(`${csrfCookie}=`));
  // Its pages read it, so it is not HttpOnly.
  const attributes = `Path=${temporalUiPath}; SameSite=Strict${isSecure ? '; Secure' : ''}`;
  if (pair !== undefined) void reply.header('set-cookie', `${pair}; ${attributes}`);
  return reply.send(body);
}

function readCookie({ cookie = '' }: IncomingHttpHeaders): string | undefined {
  return new RegExp(`(?:^|;)\\s*${csrfCookie}=([\\w-]{1,128})\\s*(?:;|$)`).exec(cookie)?.[1];
}

function pick(headers: IncomingHttpHeaders, names: readonly string[]): Record<string, string | string[]> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = headers[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
