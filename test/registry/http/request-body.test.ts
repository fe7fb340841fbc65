import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { HttpError } from '../../../registry/http/http-error.ts';
import { ClientGoneError, readBody } from '../../../registry/http/request-body.ts';
import type { HttpLimits } from '../../../server/http-limits.ts';
import { openSocket, startHttp } from '../../server/test-http.ts';

const limits: Partial<HttpLimits> = { sweepIntervalMs: 50, minBytesPerSecond: 2_000, patienceMs: 500 };

/** A server that reads one body, and gives what became of it. */
async function readOne(t: TestContext, readDelayMs = 0): Promise<{ port: number; outcome: Promise<unknown> }> {
  const { promise: outcome, resolve } = Promise.withResolvers<unknown>();
  const handle = (...[req, res]: Parameters<Parameters<typeof startHttp>[1]>): void => {
    async function read(): Promise<number> {
      let sizeBytes = 0;
      for await (const chunk of readBody(req, 1e9, () => new HttpError('SIZE_INVALID', 'too large'))) {
        sizeBytes += chunk.length;
        await delay(readDelayMs);
      }
      return sizeBytes;
    }
    read().then(resolve, resolve);
    res.on('error', () => undefined);
  };
  const { port } = await startHttp(t, handle, { registry: handle, limits });
  return { port, outcome };
}

test('a body that trickles is an error that says so', async (t) => {
  const { port, outcome } = await readOne(t);
  const socket = await openSocket(t, port);
  socket.write('PUT /v2/ HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n');
  const timer = setInterval(() => socket.write('x'), 50);
  t.after(() => clearInterval(timer));
  const error = await outcome;
  assert.ok(error instanceof HttpError, String(error));
  assert.deepEqual([error.code, error.status, error.headers], ['REQUEST_TIMEOUT', 408, { Connection: 'close' }]);
  assert.match(error.message, /^the body came too slowly: less than 2000 bytes a second for 0\.5 s/);
});

test('a body that comes steadily is not, nor is one that the reader itself is slow to take', async (t) => {
  for (const [stepMs, readDelayMs, chunkBytes] of [
    [50, 0, 2_000],
    // More than is read ahead, so that the client has to wait.
    [0, 80, 100_000],
  ] as const) {
    const { port, outcome } = await readOne(t, readDelayMs);
    const socket = await openSocket(t, port);
    const chunk = Buffer.alloc(chunkBytes);
    const count = 30;
    socket.write(`PUT /v2/ HTTP/1.1\r\nHost: x\r\nContent-Length: ${count * chunk.length}\r\n\r\n`);
    for (let sent = 0; sent < count; sent++) {
      socket.write(chunk);
      await delay(stepMs);
    }
    assert.equal(await outcome, count * chunk.length);
  }
});

test('a client that goes away in the middle of a body is told apart from a body that has ended', async (t) => {
  for (const leave of [
    (socket: Socket) => socket.destroy(),
    (socket: Socket) => socket.end(),
    (socket: Socket) => socket.resetAndDestroy(),
  ]) {
    const { port, outcome } = await readOne(t);
    const socket = await openSocket(t, port);
    socket.write('PUT /v2/ HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf');
    await delay(50);
    leave(socket);
    assert.ok((await outcome) instanceof ClientGoneError);
  }
});
