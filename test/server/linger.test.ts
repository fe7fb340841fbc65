import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { createApiApp } from '../../api/http/app.ts';
import { HttpError } from '../../registry/http/http-error.ts';
import { readBody } from '../../registry/http/request-body.ts';
import { sendError } from '../../registry/http/exchange.ts';
import type { HttpLimits } from '../../server/http-limits.ts';
import { closeServer, serverFactory, type RequestHandler } from '../../server/http.ts';
import { createLogger } from '../../log/create-logger.ts';
import { openSocket, sendThenRead } from './test-http.ts';

const mib = 1024 * 1024;

/** The API, and in front of it a registry that takes 1 MiB and answers as the real one does. */
async function start(t: TestContext, limits: Partial<HttpLimits> = {}): Promise<number> {
  const registry: RequestHandler = (req, res) => {
    async function read(): Promise<void> {
      const tooLarge = () => new HttpError('SIZE_INVALID', 'too large', { status: 413 });
      for await (const _ of readBody(req, mib, tooLarge));
      res.end('read');
    }
    read().catch((error: unknown) => {
      if (error instanceof HttpError) sendError(req, res, error);
      else res.destroy();
    });
  };
  const app = createApiApp({
    log: createLogger({ level: 'silent' }),
    serverFactory: serverFactory({ registry, limits }),
    onRequestEnd: () => undefined,
  });
  app.post('/body', async () => 'read');
  app.post(
    '/at-once',
    { onRequest: async (_request, reply) => reply.code(401).send({ errors: [{ code: 'NOT_AUTHENTICATED' }] }) },
    async () => 'read',
  );
  await app.listen({ host: '127.0.0.1', port: 0 });
  t.after(async () => {
    await closeServer(app.server, 0);
    await app.close();
  });
  return (app.server.address() as AddressInfo).port;
}

const paths = [
  ['/v2/x', 413],
  ['/body', 413],
  // Before anything of the body is read.
  ['/at-once', 401],
] as const;

for (const [what, more] of [
  ['', ''],
  [' and asks for the end of the connection', 'Connection: close\r\n'],
  [' in chunks', 'Transfer-Encoding: chunked\r\n'],
  [' in chunks and asks for the end of the connection', 'Transfer-Encoding: chunked\r\nConnection: close\r\n'],
] as const) {
  test(`a client that is refused while it sends 100 MB${what} sends all of it, and reads why`, async (t) => {
    const port = await start(t);
    for (const [path, status] of paths) {
      const socket = await openSocket(t, port);
      const { answer, problem } = await sendThenRead(socket, path, 100_000_000, more);
      assert.equal(problem, undefined, path);
      assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `), path);
      socket.destroy();
    }
  });
}

test('a connection whose refused body has ended takes the next request', async (t) => {
  const port = await start(t);
  const socket = await openSocket(t, port);
  const first = await sendThenRead(socket, '/v2/x', 2 * mib);
  assert.match(first.answer, /^HTTP\/1\.1 413 /);
  socket.write('POST /body HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}');
  const [second] = (await once(socket, 'data')) as [string];
  assert.match(second, /^HTTP\/1\.1 200 /);
});

test('what is still read of a refused body is bounded, in bytes and in time', async (t) => {
  const port = await start(t, { lingerBytes: 8 * mib, lingerMs: 1_000 });
  for (const [path] of paths) {
    const socket = await openSocket(t, port);
    const { problem } = await sendThenRead(socket, path, 200_000_000);
    assert.match(String(problem), /EPIPE|ECONNRESET/, path);

    const slow = await openSocket(t, port);
    slow.resume();
    const startedMs = performance.now();
    const closed = new Promise((resolve) => slow.once('close', resolve));
    slow.write(
      `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50000000\r\n\r\n`,
    );
    const timer = setInterval(() => slow.write('x'.repeat(10_000)), 20);
    t.after(() => clearInterval(timer));
    await closed;
    clearInterval(timer);
    assert.ok(performance.now() - startedMs < 5_000, path);
  }
});

test('curl reads why it is refused while it sends 100 MB', async (t) => {
  const port = await start(t);
  for (const [path, status] of paths) {
    for (const header of ['Expect:', 'Connection: close']) {
      const args = ['-sS', '-o', '/dev/null', '-w', '%{http_code}', '-T', '-', '-X', 'POST', '-H', header];
      const curl = spawn('curl', [...args, '-H', 'Content-Type: application/json', `http://127.0.0.1:${port}${path}`]);
      let written = '';
      let complaint = '';
      curl.stdout.setEncoding('utf8').on('data', (text: string) => (written += text));
      curl.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
      curl.stdin.on('error', () => undefined);
      curl.stdin.end(Buffer.alloc(100_000_000));
      const [code] = (await once(curl, 'close')) as [number];
      assert.deepEqual([code, complaint, written], [0, '', String(status)], `${path} with ${header}`);
    }
  }
});
