import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createHttpServer, type HttpServerOptions, type RequestHandler } from '../../server/http.ts';
import type { CleanUp } from '../support/clean-up.ts';

/** The HTTP server of every surface, around a handler. */
export async function startHttp(
  t: CleanUp,
  handle: RequestHandler,
  options: HttpServerOptions = {},
): Promise<{ server: Server; port: number }> {
  const server = createHttpServer(handle, options);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { server, port: (server.address() as AddressInfo).port };
}

/** A client that writes and reads what a test tells it to. */
export async function openSocket(t: CleanUp, port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  t.after(() => void socket.destroy());
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** All that comes back until the server closes the connection. */
export function readToEnd(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => (text += chunk));
    socket.on('close', () => resolve(text));
  });
}

/** What became of a body. */
export interface Sent {
  readonly answer: string;
  /** Why not all of it was sent; undefined: it was. */
  readonly problem: string | undefined;
}

/** Sends a whole body, and reads only after that, as simple clients do. */
export async function sendThenRead(socket: Socket, path: string, bodyBytes: number, more = ''): Promise<Sent> {
  const isChunked = more.includes('chunked');
  const problems: (string | undefined)[] = [];
  socket.on('error', (error: NodeJS.ErrnoException) => problems.push(error.code));
  socket.pause();
  const length = isChunked ? '' : `Content-Length: ${bodyBytes}\r\n`;
  socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${length}${more}\r\n`);
  const piece = Buffer.alloc(64 * 1024, 'x');
  for (let sent = 0; sent < bodyBytes && problems.length === 0; sent += piece.length) {
    const bytes = piece.subarray(0, Math.min(piece.length, bodyBytes - sent));
    if (isChunked) socket.write(`${bytes.length.toString(16)}\r\n`);
    await new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
    if (isChunked) socket.write('\r\n');
  }
  if (isChunked) socket.write('0\r\n\r\n');
  let answer = '';
  socket.setEncoding('latin1').on('data', (text: string) => (answer += text));
  socket.resume();
  while (!answer.includes('}]}') && !socket.closed) await Promise.race([once(socket, 'data'), once(socket, 'close')]);
  return { answer, problem: problems[0] };
}
