import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TokenClaims } from './access.ts';
import type { HttpError } from './http-error.ts';
import type { RepositoryName } from '../repositories/names.ts';

/** One request and its response, on the way through the registry. */
export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly query: URLSearchParams;
  readonly requestId: string;
  readonly claims: TokenClaims;
  /** Body bytes that went either way so far. */
  bodyBytes: number;
}

/** An exchange about one repository. */
export interface RepositoryExchange extends Exchange {
  readonly repository: RepositoryName;
  /** A tag, a digest or an upload's id, as the client wrote it; empty where the route has none. */
  readonly reference: string;
}

export type Headers = Readonly<Record<string, string | number>>;

/** The id of a request: that of `X-Request-Id` if it is one that can go into a log, or else a new one. */
export function requestIdOf(req: IncomingMessage): string {
  const given = req.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
}

/** Puts the headers of every response in place. */
export function setBaseHeaders(res: ServerResponse, requestId: string): void {
  res.setHeader('Docker-Distribution-API-Version', 'registry/2.0');
  res.setHeader('X-Request-Id', requestId);
}

/** Answers without a body. `headers` may name the length that the body of a GET would have. */
export function sendEmpty(exchange: Exchange, status: number, headers: Headers = {}): void {
  const bodiless = status === 204 || status === 304;
  exchange.res.writeHead(status, bodiless ? { ...headers } : { 'Content-Length': 0, ...headers }).end();
}

/** Answers with bytes that are at hand; to HEAD, with their length alone. */
export function sendBytes(exchange: Exchange, status: number, bytes: Uint8Array, headers: Headers): void {
  exchange.res.writeHead(status, { ...headers, 'Content-Length': bytes.length });
  if (exchange.req.method === 'HEAD') {
    exchange.res.end();
    return;
  }
  exchange.bodyBytes += bytes.length;
  exchange.res.end(bytes);
}

/** Answers 200 with JSON. */
export function sendJson(exchange: Exchange, value: unknown, headers: Headers = {}): void {
  sendBytes(exchange, 200, Buffer.from(`${JSON.stringify(value)}\n`), {
    'Content-Type': 'application/json; charset=utf-8',
    ...headers,
  });
}

/** Answers with an error, if the response has not begun; if it has, breaks the connection, so that it cannot pass for whole. */
export function sendError(req: IncomingMessage, res: ServerResponse, error: HttpError): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const body = Buffer.from(error.toJson());
  res.writeHead(error.status, {
    ...error.headers,
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': body.length,
  });
  res.end(req.method === 'HEAD' ? undefined : body);
}

/** Whether `If-None-Match` names `etag` (RFC 9110 section 13.1.2: weak comparison). */
export function isUnmodified(req: IncomingMessage, etag: string): boolean {
  const header = req.headers['if-none-match'];
  if (header === undefined) return false;
  return header.split(',').some((entry) => ['*', etag].includes(entry.trim().replace(/^W\//, '')));
}
