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
