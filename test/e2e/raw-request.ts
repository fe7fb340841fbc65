import http from 'node:http';
import { connect } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

export interface RawRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

/** Sends a request whose path goes out as it is: `fetch` would tidy it up first. */
export function rawRequest(
  port: number,
  method: string,
  path: string,
  { headers = {}, body }: RawRequest = {},
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const req = http.request({ host: '127.0.0.1', port, method, path, agent: false, headers }, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('error', reject);
      res.on('end', () =>
        resolve({ status: res.statusCode ?? 0, headers: res.headers, text: Buffer.concat(chunks).toString() }),
      );
    });
    req.on('error', reject);
    req.end(body);
  });
}

/** Writes bytes to the port and gives all that comes back until the server closes the connection, or is silent for 2 s. */
export function rawExchange(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('utf8').setTimeout(2_000, () => socket.destroy());
    socket.on('data', (text: string) => (answer += text));
    socket.on('error', (error) => (answer ? undefined : reject(error)));
    socket.on('close', () => resolve(answer));
    socket.write(bytes);
  });
}

/** Begins a request with a body, sends a part of it, and cuts the connection. Resolves once it is cut. */
export function cutRequest(
  port: number,
  method: string,
  path: string,
  {
    headers = {},
    body,
    announcedBytes,
  }: { headers?: Readonly<Record<string, string>>; body: Uint8Array; announcedBytes: number },
): Promise<void> {
  return new Promise((resolve) => {
    const req = http.request({
      host: '127.0.0.1',
      port,
      method,
      path,
      agent: false,
      headers: { ...headers, 'Content-Length': announcedBytes },
    });
    req.on('error', () => undefined);
    req.on('close', resolve);
    req.write(body, () => req.destroy());
  });
}
