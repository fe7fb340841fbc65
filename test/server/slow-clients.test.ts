import assert from 'node:assert/strict';
import { once } from 'node:events';
import { open, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createApiApp } from '../../api/http/app.ts';
import { createBufferPool } from '../../registry/store/buffer-pool.ts';
import { sendFile } from '../../registry/store/send-file.ts';
import { defaultHttpLimits, type HttpLimits } from '../../server/http-limits.ts';
import { closeServer, serverFactory } from '../../server/http.ts';
import { createLogger } from '../../log/create-logger.ts';
import { eventually } from '../e2e/eventually.ts';
import { temporaryFolder } from '../local/temporary-folder.ts';
import { openSocket, readToEnd, startHttp } from './test-http.ts';

const limits: Partial<HttpLimits> = {
  sweepIntervalMs: 50,
  minBytesPerSecond: 2_000,
  patienceMs: 500,
  apiBodyMs: 1_500,
  lingerMs: 500,
};
// More than the operating system takes for a client that reads nothing.
const largeBytes = 24 * 1024 * 1024;
const largeText = 'x'.repeat(largeBytes);

/** The API with one route that takes a body, in the shape of its errors. */
async function startApp(t: TestContext): Promise<number> {
  const app = createApiApp({
    log: createLogger({ level: 'silent' }),
    serverFactory: serverFactory({ limits }),
    onRequestEnd: () => undefined,
  });
  app.post('/body', async () => 'read');
  app.get('/large', async () => ({ largeText }));
  app.get('/stream', async () => Readable.from([largeText]));
  await app.listen({ host: '127.0.0.1', port: 0 });
  t.after(async () => {
    await closeServer(app.server, 0);
    await app.close();
  });
  return (app.server.address() as AddressInfo).port;
}

const head = (bodyBytes: number): string =>
  `POST /body HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${bodyBytes}\r\n\r\n`;

test('the limits of every process are those that the documentation names', () => {
  const { minBytesPerSecond, patienceMs, apiBodyMs } = defaultHttpLimits;
  assert.deepEqual(
    { minBytesPerSecond, patienceMs, apiBodyMs },
    { minBytesPerSecond: 1_024, patienceMs: 60_000, apiBodyMs: 60_000 },
  );
});

for (const [what, stepBytes, stepMs, expected] of [
  ['never comes', 0, 0, /came too slowly/],
  ['trickles', 1, 50, /came too slowly/],
  ['keeps the least pace, and does not end', 200, 50, /did not arrive within 1.5 s/],
] as const) {
  test(`a body of the API that ${what} is answered 408, and its connection ends`, async (t) => {
    const port = await startApp(t);
    const socket = await openSocket(t, port);
    const answered = readToEnd(socket);
    const startedMs = performance.now();
    socket.write(head(1_000_000));
    const timer = stepBytes > 0 ? setInterval(() => socket.write('x'.repeat(stepBytes)), stepMs) : undefined;
    t.after(() => clearInterval(timer));
    const answer = await answered;
    const tookMs = performance.now() - startedMs;
    assert.match(answer, /^HTTP\/1\.1 408 /);
    assert.match(answer, /"code":"REQUEST_TIMEOUT"/);
    assert.match(answer, expected);
    assert.ok(tookMs < 5_000, `${tookMs} ms`);
  });
}

test('a body of the API that comes in time is read', async (t) => {
  const port = await startApp(t);
  const socket = await openSocket(t, port);
  socket.write(head(21));
  for (let sent = 0; sent < 3; sent++) {
    await delay(100);
    socket.write(sent === 0 ? '"xxxxxx' : sent === 1 ? 'xxxxxxx' : 'xxxxxx"');
  }
  const [answer] = (await once(socket, 'data')) as [Buffer];
  assert.match(answer.toString(), /^HTTP\/1\.1 200 /);
});

interface Way {
  readonly path: string;
  readonly port: number;
}

/** Answers with a large file, as a blob is sent, as far as the client takes it. */
async function blobSender(): Promise<(res: ServerResponse) => Promise<void>> {
  const path = join(await temporaryFolder(), 'blob');
  await writeFile(path, largeText);
  const buffers = createBufferPool({ bufferBytes: 1024 * 1024, maxKept: 4, maxUsers: 100, smallBytes: 1024 });
  return async (res) => {
    await using file = await open(path, 'r');
    const range = { start: 0, end: largeBytes - 1 };
    await sendFile(file, range, res, buffers, () => undefined).catch(() => undefined);
    res.end();
  };
}

/** A server for each way in which bytes are sent. */
async function everyWay(t: TestContext): Promise<Way[]> {
  const apiPort = await startApp(t);
  const sendBlob = await blobSender();
  const { port } = await startHttp(
    t,
    (req, res) => {
      if (req.url === '/end') res.end(largeText);
      else void sendBlob(res);
    },
    { limits },
  );
  return [
    { path: '/large', port: apiPort },
    { path: '/stream', port: apiPort },
    { path: '/end', port },
    { path: '/file', port },
  ];
}

/** Whether a client that takes `stepBytes` every `stepMs` gets as many bytes in all. */
async function take(socket: Socket, stepBytes: number, stepMs: number, wantedBytes: number): Promise<boolean> {
  let bytes = 0;
  socket.pause();
  while (!socket.readableEnded && !socket.destroyed && bytes < wantedBytes) {
    const chunk = socket.read(stepBytes) as Buffer | null;
    bytes += chunk?.length ?? 0;
    await delay(stepMs);
  }
  return bytes >= wantedBytes;
}

test('a client that takes nothing, or next to nothing, of an answer is cut, whichever way it is sent', async (t) => {
  for (const { path, port } of await everyWay(t)) {
    for (const stepBytes of [0, 10]) {
      const socket = await openSocket(t, port);
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      const startedMs = performance.now();
      // Whether it is cut is seen by what the client still gets: what had been sent before.
      const timer = setInterval(() => socket.read(stepBytes), 100);
      t.after(() => clearInterval(timer));
      socket.pause();
      await delay(1_500);
      clearInterval(timer);
      let bytes = 0;
      socket.on('data', (chunk) => (bytes += chunk.length));
      socket.resume();
      await once(socket, 'close');
      assert.ok(bytes < largeBytes, `${path} at ${stepBytes} bytes a time gave all of it`);
      assert.ok(performance.now() - startedMs < 5_000);
    }
  }
});

test('a client that takes an answer steadily gets all of it', async (t) => {
  for (const { path, port } of await everyWay(t)) {
    const socket = await openSocket(t, port);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    const startedMs = performance.now();
    assert.equal(await take(socket, 64 * 1024, 5, largeBytes), true, path);
    const tookMs = performance.now() - startedMs;
    assert.ok(tookMs > 1_000, `${tookMs} ms is no test of patience`);
  }
});

test('an answer in which nothing is to be sent for long is left alone', async (t) => {
  const { port } = await startHttp(
    t,
    (_req, res) => {
      res.write('first');
      setTimeout(() => res.end('last'), 2_000);
    },
    { limits },
  );
  const socket = await openSocket(t, port);
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  assert.match(await readToEnd(socket), /first[^]*last/);
});

test('headers that trickle, and a connection that says nothing, are cut', async (t) => {
  const { server, port } = await startHttp(t, (_req, res) => void res.end());
  assert.ok(server.headersTimeout <= 30_000);
  server.headersTimeout = 400;
  const silent = await openSocket(t, port);
  const trickling = await openSocket(t, port);
  trickling.write('GET / HTTP/1.1\r\nHost: x\r\n');
  const timer = setInterval(() => trickling.write('X-More: 1\r\n'), 50);
  t.after(() => clearInterval(timer));
  for (const answer of await Promise.all([readToEnd(silent), readToEnd(trickling)])) {
    assert.match(answer, /^HTTP\/1\.1 408 Request Timeout\r\n/);
    assert.match(answer, /X-Content-Type-Options: nosniff/);
  }
});

test('what waits for all clients together is bounded: the slowest readers are cut, and others are not', async (t) => {
  const answerBytes = 8 * 1024 * 1024;
  const answer = 'x'.repeat(answerBytes);
  const maxUnsentBytes = 32 * 1024 * 1024;
  let begun = 0;
  const { server, port } = await startHttp(
    t,
    (_req, res) => {
      begun++;
      res.end(answer);
    },
    { limits: { sweepIntervalMs: 50, maxUnsentBytes, patienceMs: 20_000 } },
  );
  let unsentBytes = 0;
  const accepted: Socket[] = [];
  server.on('connection', (socket) => accepted.push(socket));
  const timer = setInterval(() => {
    const now = accepted.reduce((sum, socket) => sum + (socket.destroyed ? 0 : socket.writableLength), 0);
    unsentBytes = Math.max(unsentBytes, now);
  }, 10);
  t.after(() => clearInterval(timer));
  const request = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
  const stalled = await Promise.all(Array.from({ length: 40 }, () => openSocket(t, port)));
  for (const socket of stalled) {
    socket.pause();
    socket.write(request.repeat(5));
  }
  await eventually('all to have begun', () => begun >= stalled.length);
  assert.ok(accepted.filter((socket) => !socket.destroyed).length > 6, 'whoever has just begun to wait has some time');
  // A tenth of the patience.
  await delay(2_500);
  assert.equal(begun, stalled.length, 'of what is sent ahead nothing is begun');
  const reader = await openSocket(t, port);
  reader.write(request);
  assert.equal(await take(reader, 256 * 1024, 5, answerBytes), true, 'a client that reads gets all of it');
  const open = accepted.filter((socket) => !socket.destroyed).length;
  t.diagnostic(`${unsentBytes} bytes waited at most, ${open} of ${accepted.length} connections are left`);
  assert.ok(unsentBytes <= 2 * maxUnsentBytes + answerBytes, `${unsentBytes} bytes`);
  assert.ok(open >= 2 && open <= 5, `${open} connections`);
});

test('many clients that take their streams steadily are left alone, though much waits for all of them', async (t) => {
  const sendBlob = await blobSender();
  const { port } = await startHttp(t, (_req, res) => void sendBlob(res), {
    // Less than half of what waits for them.
    limits: { sweepIntervalMs: 50, maxUnsentBytes: 4 * 1024 * 1024, patienceMs: 10_000 },
  });
  const readers = await Promise.all(Array.from({ length: 10 }, () => openSocket(t, port)));
  for (const socket of readers) socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  const wholes = await Promise.all(readers.map((socket) => take(socket, 64 * 1024, 5, largeBytes)));
  assert.deepEqual(
    wholes,
    readers.map(() => true),
  );
});

test('streams of slow readers are cut where they hold four times the bound', async (t) => {
  const sendBlob = await blobSender();
  const maxUnsentBytes = 1024 * 1024;
  const { server, port } = await startHttp(t, (_req, res) => void sendBlob(res), {
    limits: { sweepIntervalMs: 50, maxUnsentBytes, patienceMs: 60_000 },
  });
  const accepted: Socket[] = [];
  server.on('connection', (socket) => accepted.push(socket));
  const readers = await Promise.all(Array.from({ length: 20 }, () => openSocket(t, port)));
  for (const socket of readers) {
    // Below any bound on its own, and above the least pace.
    socket.pause().write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    const timer = setInterval(() => socket.read(1024), 100);
    t.after(() => clearInterval(timer));
  }
  const left = () => accepted.filter((socket) => !socket.destroyed);
  const unsentBytes = () => left().reduce((sum, socket) => sum + socket.writableLength, 0);
  await eventually('some to be cut', () => left().length < accepted.length && unsentBytes() <= 4 * maxUnsentBytes);
  assert.ok(left().length >= 3, 'no more than need be');
});
