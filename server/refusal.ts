import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type ServerResponse } from 'node:http';
import { securityHeaders } from './security-headers.ts';

/** An answer that no surface gives: the request reaches none. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly retryAfterSeconds?: number;
}

/** Answers in the shape of every other error, and ends the connection after that. */
export function refuse(res: ServerResponse, refusal: Refusal): void {
  const { status, body, headers } = describe(refusal);
  res.writeHead(status, headers).end(body);
}

/** The same as it goes over the wire, for where there is no request to answer. */
export function refusalBytes(refusal: Refusal): string {
  const { status, body, headers } = describe(refusal);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', body].join('\r\n');
}

function describe({ status, code, message, retryAfterSeconds }: Refusal): {
  status: number;
  body: string;
  headers: Record<string, string | number>;
} {
  const requestId = randomUUID();
  const body = `${JSON.stringify({ errors: [{ code, message, detail: { requestId } }] })}\n`;
  return {
    status,
    body,
    headers: {
      ...securityHeaders,
      Connection: 'close',
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': Buffer.byteLength(body),
      'X-Request-Id': requestId,
      ...(retryAfterSeconds !== undefined && { 'Retry-After': retryAfterSeconds }),
    },
  };
}
