import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyServerFactory } from 'fastify';
import { answerClientError, refuseBadHost, refuseExpectation } from './client-error.ts';
import { createConnections, type Exchange, type Overflow } from './connections.ts';
import { defaultHttpLimits, type HttpLimits } from './http-limits.ts';
import { linger, lingerBeforeClose } from './linger.ts';
import { createPace, takenBytes } from './pace.ts';
import { refusalBytes, type Refusal } from './refusal.ts';
import { securityHeaderEntries } from './security-headers.ts';
import { cutMostUnsent, cutSlowClients } from './slow-clients.ts';

export type RequestHandler = (req: IncomingMessage, res: ServerResponse) => void;

export interface HttpServerOptions {
  /** Takes `/v2` and what is below; undefined where this process does not play the role. */
  readonly registry?: RequestHandler | undefined;
  /** Default: `defaultHttpLimits`, each. */
  readonly limits?: Partial<HttpLimits> | undefined;
  /** Whether a request comes through the NGINX in front, which counts connections itself. Default: none does. */
  readonly isFromNginx?: ((req: IncomingMessage) => boolean) | undefined;
}

const serverOptions: ServerOptions = {
  // What waits in memory of a body that is read more slowly than it comes: a hundred pushes at once have as much each.
  highWaterMark: 256 * 1024,
  // A layer may take longer than any fixed time: bodies have a pace instead.
  requestTimeout: 0,
  headersTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
  keepAliveTimeout: 75_000,
  noDelay: true,
  // Node would refuse a request without Host itself, without a word.
  requireHostHeader: false,
};

// An answer below this is not worth counting what waits for all clients.
const largeAnswerBytes = 256 * 1024;

const overflows: Readonly<Record<Overflow, Refusal>> = {
  address: {
    status: 429,
    code: 'TOO_MANY_REQUESTS',
    message: 'your address has too many connections open here: use fewer at once (MAX_CONNECTIONS_PER_ADDRESS)',
    retryAfterSeconds: 5,
  },
  process: {
    status: 503,
    code: 'UNAVAILABLE',
    message: 'too many connections are open here just now: try again',
    retryAfterSeconds: 5,
  },
};
// How many refused connections at once get the time to read why, and how much of it.
const maxRefusedAtOnce = 256;
const refusedMs = 1_000;

/**
 * The HTTP server of every surface, with one rule for all: what a connection may cost, how slow a client may be, how an
 * answer reaches one that still sends, which headers every answer has. Requests that a client sends ahead on one
 * connection are begun one after another, so that a connection never costs more than one request, and none is begun
 * while the answer before it waits to be taken.
 *
 * @param handle takes whatever `registry` does not
 */
export function createHttpServer(handle: RequestHandler, options: HttpServerOptions = {}): Server {
  const { registry, isFromNginx = () => false } = options;
  const limits = { ...defaultHttpLimits, ...options.limits };
  const connections = createConnections(limits);
  const server = createServer(serverOptions);
  let refusedCount = 0;

  function turnAway(socket: Socket, why: Overflow): void {
    if (refusedCount >= maxRefusedAtOnce) {
      socket.destroy();
      return;
    }
    refusedCount++;
    const timer = setTimeout(() => socket.destroy(), refusedMs).unref();
    socket.once('close', () => {
      refusedCount--;
      clearTimeout(timer);
    });
    socket.end(refusalBytes(overflows[why]));
  }

  function take(req: IncomingMessage, res: ServerResponse, isRegistry: boolean, answer: RequestHandler): void {
    const connection = connections.find(req.socket);
    // One that was turned away, or is about to be closed.
    if (!connection || connection.isClosing) return;
    const begin = (): void => {
      const exchange: Exchange = {
        req,
        res,
        isRegistry,
        startedMs: performance.now(),
        sending: createPace(limits, takenBytes(req.socket)),
        receiving: createPace(limits, req.socket.bytesRead),
        isRefused: false,
      };
      connections.begin(connection, exchange);
      res.once('close', () => connections.end(connection, exchange));
      res.once('prefinish', () => {
        if (!req.complete) {
          connection.isClosing = !res.shouldKeepAlive;
          linger(req, limits);
        }
        if (req.socket.writableLength > largeAnswerBytes) cutMostUnsent(connections, limits);
      });
      for (const [name, value] of securityHeaderEntries) res.setHeader(name, value);
      if (refuseBadHost(req, res)) return;
      if (connection.peer && isFromNginx(req)) connections.exempt(connection);
      answer(req, res);
    };
    // Node gives a response its socket once those before it have been sent.
    if (res.socket) begin();
    else res.once('socket', begin);
  }

  server.on('connection', (socket) => {
    lingerBeforeClose(socket);
    const admitted = connections.admit(socket);
    if (typeof admitted === 'string') turnAway(socket, admitted);
  });
  server.on('request', (req, res) => {
    req.url = originForm(req.url ?? '');
    const isRegistry = registry !== undefined && isRegistryPath(req.url);
    take(req, res, isRegistry, isRegistry ? registry : handle);
  });
  server.on('checkExpectation', (req, res) => take(req, res, false, refuseExpectation));
  server.on('clientError', (error, socket) =>
    answerClientError(error, socket, connections.find(socket)?.exchange?.res),
  );
  cutSlowClients(server, connections, limits);
  return server;
}

/** Lets Fastify serve what the registry does not, on one server with it. */
export function serverFactory(options: HttpServerOptions): FastifyServerFactory {
  return (handleApi) => createHttpServer(handleApi, options);
}

/** The target of a request without scheme and host, which a client may send (RFC 9112 section 3.2.2). */
function originForm(target: string): string {
  if (target.startsWith('/')) return target;
  const rest = /^https?:\/\/[^/?#]*(.*)$/i.exec(target)?.[1];
  if (rest === undefined) return target;
  return rest.startsWith('/') ? rest : `/${rest}`;
}

function isRegistryPath(url: string): boolean {
  return url.startsWith('/v2') && (url.length === 3 || url[3] === '/' || url[3] === '?');
}

const idleCheckMs = 50;

/** Stops taking requests, lets those under way end for as long as `graceMs`, and then cuts them. */
export async function closeServer(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // Also those that a request of this time leaves open: a client would keep one until it is cut.
  const idle = setInterval(() => server.closeIdleConnections(), idleCheckMs);
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(idle);
  clearTimeout(timer);
}
