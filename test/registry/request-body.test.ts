import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { RegistryError } from '../../registry/errors.ts';
import { cutWhenStalled } from '../../registry/exchange.ts';
import { ClientGoneError, type Pace, readBody } from '../../registry/request-body.ts';
import { registryServerOptions } from '../../registry/server-options.ts';

const pace: Pace = { windowMs: 500, minBytes: 1_000 };

async function listen(
  t: TestContext,
  handler: http.RequestListener,
  options: http.ServerOptions = {},
): Promise<number> {
  const server = http.createServer({ ...registryServerOptions, ...options }, handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

async function open(t: TestContext, port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  t.after(() => socket.destroy());
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** A server that reads one body at the pace above, and gives what became of it. */
async function readOne(t: TestContext, readDelayMs = 0): Promise<{ port: number; outcome: Promise<unknown> }> {
  const { promise: outcome, resolve } = Promise.withResolvers<unknown>();
  const port = await listen(t, (req, res) => {
    async function read(): Promise<number> {
      let sizeBytes = 0;
      for await (const chunk of readBody(req, 1e9, () => new RegistryError('SIZE_INVALID', 'too large'), pace)) {
        sizeBytes += chunk.length;
        await delay(readDelayMs);
      }
      return sizeBytes;
    }
    read().then(resolve, resolve);
    res.on('error', () => undefined);
  });
  return { port, outcome };
}

test('a body that trickles is cut', async (t) => {
  const { port, outcome } = await readOne(t);
  const socket = await open(t, port);
  socket.write('PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n');
  const timer = setInterval(() => socket.write('x'), 50);
  t.after(() => clearInterval(timer));
  const error = await outcome;
  assert.ok(error instanceof RegistryError, String(error));
  assert.deepEqual([error.code, error.status, error.headers], ['REQUEST_TIMEOUT', 408, { Connection: 'close' }]);
  assert.match(error.message, /^\d+ bytes of the body came in 0\.5 s, at least 1000 have to/);
});

test('a body that comes steadily is not, nor is one that the reader itself is slow to take', async (t) => {
  for (const [stepMs, readDelayMs] of [
    [50, 0],
    [0, 80],
  ] as const) {
    const { port, outcome } = await readOne(t, readDelayMs);
    const socket = await open(t, port);
    const chunk = Buffer.alloc(2_000);
    const count = 30;
    socket.write(`PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: ${count * chunk.length}\r\n\r\n`);
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
    const socket = await open(t, port);
    socket.write('PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf');
    await delay(50);
    leave(socket);
    assert.ok((await outcome) instanceof ClientGoneError);
  }
});

test('a client that takes nothing of a response any more is cut, and one that takes it slowly is not', async (t) => {
  const chunk = Buffer.alloc(1024 * 1024);
  for (const isStalled of [true, false]) {
    const { promise: closed, resolve } = Promise.withResolvers<boolean>();
    const port = await listen(t, (_req, res) => {
      cutWhenStalled(res, 1_000);
      res.on('close', () => resolve(res.writableFinished));
      for (let sent = 0; sent < 24; sent++) res.write(chunk);
      res.end();
    });
    const socket = await open(t, port);
    socket.pause();
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    if (!isStalled) {
      socket.on('data', () => {
        socket.pause();
        setTimeout(() => socket.resume(), 5);
      });
      socket.resume();
    }
    assert.equal(await closed, !isStalled);
  }
});

test('headers that trickle, and a connection that says nothing, are cut', async (t) => {
  assert.ok((registryServerOptions.headersTimeout ?? Infinity) <= 60_000);
  const port = await listen(t, (_req, res) => void res.end(), {
    headersTimeout: 400,
    connectionsCheckingInterval: 100,
  });
  const silent = await open(t, port);
  const trickling = await open(t, port);
  trickling.write('GET / HTTP/1.1\r\nHost: x\r\n');
  const timer = setInterval(() => trickling.write('X-More: 1\r\n'), 50);
  t.after(() => clearInterval(timer));
  const answers: string[] = [];
  await Promise.all(
    [silent, trickling].map((socket) => {
      socket.on('data', (data) => answers.push(data.toString('latin1').split('\r\n', 1)[0] ?? ''));
      return once(socket, 'close');
    }),
  );
  assert.ok(
    answers.every((line) => line === 'HTTP/1.1 408 Request Timeout'),
    answers.join(),
  );
});
