import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { hostProblem } from './host.ts';
import { type Refusal, refusalBytes, refuse } from './refusal.ts';

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

const unknownExpectation: Refusal = {
  status: 417,
  code: 'BAD_REQUEST',
  message: 'the only Expect that is understood is 100-continue (RFC 9110 section 10.1.1)',
};

/** Whether a request has a `Host` that must not be; it is refused, and nothing else may answer it. */
export function refuseBadHost(req: IncomingMessage, res: ServerResponse): boolean {
  const problem = hostProblem(req);
  if (problem === undefined) return false;
  refuse(res, { status: 400, code: 'BAD_REQUEST', message: `${problem} (RFC 9112 section 3.2)` });
  return true;
}

/** Answers a request with an `Expect` that is not known. */
export function refuseExpectation(_req: IncomingMessage, res: ServerResponse): void {
  refuse(res, unknownExpectation);
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
  if (socket.writable && code !== 'ECONNRESET' && isAboutCurrent)
    socket.write(refusalBytes(refusals[code] ?? malformed));
  socket.destroy();
}
