import type { IncomingMessage } from 'node:http';
import { RegistryError } from '../errors.ts';
import { HttpError } from './http-error.ts';
import { requestChunks } from './request-chunks.ts';

/** The client went away, or stopped in the middle of the body. Nobody is left to answer. */
export class ClientGoneError extends Error {
  override name = 'ClientGoneError';
}

/** What `Content-Length` announces, in bytes; undefined for a body of unknown length. */
export function announcedBytes(req: IncomingMessage): number | undefined {
  const header = req.headers['content-length'];
  return header === undefined ? undefined : Number(header);
}

/** Whether the request has a body with anything in it, as far as its headers tell. */
export function hasBody(req: IncomingMessage): boolean {
  return req.headers['transfer-encoding'] !== undefined || (announcedBytes(req) ?? 0) > 0;
}

/**
 * Reads the body of a request, chunk by chunk, and leaves the connection usable whatever happens.
 *
 * @param maxBytes the most that the body may have
 * @param tooLarge makes the error for a body beyond that; also thrown for one that only announces it
 * @throws ClientGoneError when the body ends before the request does; RegistryError REQUEST_TIMEOUT (408) for a client
 *   that sends too slowly, which the server tells by an error of the request with that code
 */
export async function* readBody(
  req: IncomingMessage,
  maxBytes: number,
  tooLarge: () => RegistryError,
): AsyncGenerator<Uint8Array, void, undefined> {
  if ((announcedBytes(req) ?? 0) > maxBytes) throw tooLarge();
  let sizeBytes = 0;
  try {
    for await (const chunk of requestChunks(req)) {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes) throw tooLarge();
      yield chunk;
    }
  } catch (error) {
    if (error instanceof RegistryError) throw error;
    const code = 'REQUEST_TIMEOUT';
    if (error instanceof Error && 'code' in error && error.code === code) {
      throw new HttpError(code, error.message, { headers: { Connection: 'close' }, cause: error });
    }
    throw new ClientGoneError('the client went away in the middle of the request body', { cause: error });
  }
  if (!req.complete) throw new ClientGoneError('the request body ended before its announced length');
}
