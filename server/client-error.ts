import { randomUUID } from 'node:crypto';
import { type IncomingMessage, STATUS_CODES, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

const refusals: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    code: 'HEADERS_TOO_LARGE',
    message: 'the headers of the request are too large: request line and headers may have 16 KiB together',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    code: 'REQUEST_TIMEOUT',
    message: 'the headers of the request did not arrive in time: send them again',
  },
};
const malformed: Refusal = {
  status: 400,
  code: 'BAD_REQUEST',
  message: 'what was sent is not an HTTP/1.1 request (RFC 9112): it was refused whole',
};

const noHost: Refusal = {
  status: 400,
  code: 'BAD_REQUEST',
  message: 'the request has no Host header: HTTP/1.1 asks for one (RFC 9112 section 3.2)',
};
const unknownExpectation: Refusal = {
  status: 417,
  code: 'BAD_REQUEST',
  message: 'the only Expect that is understood is 100-continue (RFC 9110 section 10.1.1)',
};

/** Whether a request lacks the Host that its version of HTTP asks for; it is refused, and nothing else may answer it. */
export function refuseWithoutHost(req: IncomingMessage, res: ServerResponse): boolean {
  if (req.headers.host !== undefined || req.httpVersion !== '1.1') return false;
  refuse(res, noHost);
  return true;
}

/** Answers a request with an `Expect` that is not known. */
export function refuseExpectation(_req: IncomingMessage, res: ServerResponse): void {
  refuse(res, unknownExpectation);
}

function refuse(res: ServerResponse, refusal: Refusal): void {
  const { status, body, headers } = describe(refusal);
  res.writeHead(status, headers).end(body);
}

function describe({ status, code, message }: Refusal): {
  status: number;
  body: string;
  headers: Record<string, string | number>;
} {
  const requestId = randomUUID();
  const body = JSON.stringify({ errors: [{ code, message, detail: { requestId } }] });
  return {
    status,
    body,
    headers: {
      Connection: 'close',
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': Buffer.byteLength(body),
      'X-Request-Id': requestId,
    },
  };
}

/**
 * Answers what cannot be parsed as HTTP, in the shape of every other error, and ends the connection: nothing that
 * follows on it can be trusted to begin where a request begins.
 *
 * @param current the response under way on the connection, if any. Once it has begun, or its request is whole, the
 *   connection is cut instead: the refusal would pass for a part of it, or for the answer to that request.
 */
export function answerClientError(error: Error, socket: Duplex, current: ServerResponse | undefined): void {
  const code = 'code' in error ? String(error.code) : '';
  const isAboutCurrent = current === undefined || !(current.headersSent || current.req.complete);
  if (socket.writable && code !== 'ECONNRESET' && isAboutCurrent) {
    const { status, body, headers } = describe(refusals[code] ?? malformed);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    socket.write([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', body].join('\r\n'));
  }
  socket.destroy();
}
