import type { IncomingMessage } from 'node:http';
import { RegistryError } from './errors.ts';
import { requestChunks } from './request-chunks.ts';

// A client that sends nothing for this long has gone, whether or not its connection knows.
const silenceMs = 60_000;
/** What is still read of a body after its request was refused, so that the client gets to see the refusal. */
export const drainBytes = 32 * 1024 * 1024;
const drainMs = 15_000;

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
 * @throws ClientGoneError when the body ends before the request does
 */
export async function* readBody(
  req: IncomingMessage,
  maxBytes: number,
  tooLarge: () => RegistryError,
): AsyncGenerator<Uint8Array, void, undefined> {
  if ((announcedBytes(req) ?? 0) > maxBytes) throw tooLarge();
  let sizeBytes = 0;
  req.setTimeout(silenceMs, () => req.destroy());
  try {
    for await (const chunk of requestChunks(req)) {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes) throw tooLarge();
      yield chunk;
    }
  } catch (error) {
    if (error instanceof RegistryError) throw error;
    throw new ClientGoneError('the client went away in the middle of the request body', { cause: error });
  } finally {
    req.setTimeout(0);
  }
  if (!req.complete) throw new ClientGoneError('the request body ended before its announced length');
}

/**
 * Reads and drops what is left of the body of a refused request, so that the client, which may still be sending, gets
 * to read the answer; beyond 32 MiB or 15 s the connection is cut.
 */
export function drainBody(req: IncomingMessage): void {
  if (req.complete || req.destroyed) {
    req.resume();
    return;
  }
  let left = drainBytes;
  const timer = setTimeout(() => req.destroy(), drainMs);
  timer.unref();
  req.on('data', (chunk: Uint8Array) => {
    left -= chunk.length;
    if (left < 0) req.destroy();
  });
  req.once('close', () => clearTimeout(timer));
  // A body that was read in part has been paused.
  req.resume();
  // Without a listener an aborted request would be an uncaught error.
  req.on('error', () => undefined);
}
