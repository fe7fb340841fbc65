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

/** What came back on a connection of its own. */
export interface RawOutcome {
  /** Undefined where the server closed the connection without an answer. */
  readonly answer: RawAnswer | undefined;
  /** Undefined where it neither answered nor closed in time. */
  readonly end: 'answered' | 'closed' | undefined;
}

// What is not a whole request waits for its rest; a client that ends it shows whether the server lets go.
const patienceMs = 2_000;

/**
 * Writes bytes to the port and reads one answer. A server that is silent for 2 s is told that nothing more comes, and
 * then has until `timeoutMs` to answer or to close.
 */
export function exchangeBytes(
  port: number,
  bytes: Uint8Array,
  { isHead = false, timeoutMs = 30_000 } = {},
): Promise<RawOutcome> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let received = Buffer.alloc(0);
    const half = setTimeout(() => socket.end(), patienceMs);
    const whole = setTimeout(() => finish(undefined), timeoutMs);
    function finish(end: RawOutcome['end']): void {
      clearTimeout(half);
      clearTimeout(whole);
      socket.destroy();
      const answer = parseAnswer(received, isHead, true);
      resolve({ answer, end: answer ? 'answered' : end });
    }
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (parseAnswer(received, isHead, false)) finish('answered');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => finish('closed'));
    socket.write(bytes);
  });
}

/** The first final answer in the bytes, or undefined where there is none, or not all of it unless `isEnd`. */
function parseAnswer(bytes: Buffer, isHead: boolean, isEnd: boolean): RawAnswer | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [statusLine = '', ...lines] = bytes.subarray(0, headEnd).toString('latin1').split('\r\n');
  const status = Number(/^HTTP\/1\.[01] (\d{3}) /.exec(`${statusLine} `)?.[1] ?? 0);
  const body = bytes.subarray(headEnd + 4);
  if (status >= 100 && status < 200) return parseAnswer(body, isHead, isEnd);
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const isBodiless = isHead || status === 204 || status === 304;
  const expectedBytes = isBodiless ? 0 : Number(headers['content-length'] ?? Infinity);
  if (body.length < expectedBytes && !isEnd) return undefined;
  // Beyond its length another answer may follow.
  const text = body.subarray(0, Math.min(expectedBytes, body.length)).toString('utf8');
  return { status, headers, text };
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
