import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpLimits } from './http-limits.ts';

export type LingerLimits = Pick<HttpLimits, 'lingerBytes' | 'lingerMs'>;

const lingering = new WeakSet<Socket>();

/**
 * Reads and drops what is left of the body of a request that has been answered: a connection that is closed while its
 * client still sends is reset, and the client never reads why (RFC 9112 section 9.6). Beyond the limits it is cut.
 *
 * Where the body ends in time, the connection can be used for further requests, unless it was to be closed.
 */
export function linger(req: IncomingMessage, { lingerBytes, lingerMs }: LingerLimits): void {
  const { socket } = req;
  let leftBytes = lingerBytes;
  const cut = (): void => void socket.destroy();
  const timer = setTimeout(cut, lingerMs).unref();
  lingering.add(socket);
  req.on('data', (chunk: Uint8Array) => {
    leftBytes -= chunk.length;
    if (leftBytes < 0) cut();
  });
  // Without a listener an aborted request would be an uncaught error.
  req.on('error', () => undefined);
  req.once('end', () => {
    lingering.delete(socket);
    clearTimeout(timer);
    // Its side was closed before the body ended: see below.
    if (socket.writableEnded) cut();
  });
  req.once('close', () => clearTimeout(timer));
  // A body that was read in part has been paused.
  req.resume();
}

/**
 * Lets a connection that is to be closed after an answer linger, where its client still sends: this side is closed, and
 * the client sees the end of the answer. Node calls `destroySoon` for that, which would not wait for the client.
 */
export function lingerBeforeClose(socket: Socket): void {
  const destroySoon = socket.destroySoon.bind(socket);
  socket.destroySoon = () => {
    if (lingering.has(socket)) socket.end();
    else destroySoon();
  };
}
