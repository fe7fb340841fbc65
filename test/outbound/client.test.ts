import assert from 'node:assert/strict';
import type { lookup } from 'node:dns';
import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createOutboundClient, type OutboundClientOptions, type OutboundRequest } from '../../outbound/client.ts';
import { OutboundError } from '../../outbound/errors.ts';
import { createTestCertificate } from '../support/certificates.ts';
import { eventually } from '../e2e/eventually.ts';

const timeoutMs = 600;

async function listen(t: TestContext, server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)).on('error', () => undefined));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return (server.address() as AddressInfo).port;
}

function startClient(t: TestContext, options: Partial<OutboundClientOptions> = {}) {
  const client = createOutboundClient({ allowPrivate: true, timeoutMs, ...options });
  t.after(() => client.close());
  const send = (url: string, request: Partial<OutboundRequest> = {}) =>
    client.send({
      url: new URL(url),
      method: 'POST',
      headers: {},
      body: '{}',
      skipTlsVerification: false,
      signal: new AbortController().signal,
      ...request,
    });
  return { client, send };
}

async function failureOf(work: Promise<unknown>): Promise<OutboundError> {
  const error = await work.then(
    () => assert.fail('it was answered'),
    (failure: unknown) => failure,
  );
  assert.ok(error instanceof OutboundError, String(error));
  return error;
}

/** Writes something again and again to whoever connects. */
function startTrickling(t: TestContext, head: string, part: string, everyMs: number): Promise<number> {
  const server = createServer((socket) => {
    socket.write(head);
    const timer = setInterval(() => socket.write(part), everyMs);
    socket.resume().on('close', () => clearInterval(timer));
  });
  return listen(t, server);
}

test('no answer takes longer than the time of a request, however it comes', async (t) => {
  const answers = {
    'not at all': ['', '', 1_000],
    'byte by byte': ['HTTP/1.1 200 OK\r\nx: ', 'x', 20],
    'as headers without end, slowly': ['HTTP/1.1 200 OK\r\n', 'x: y\r\n', 50],
    'after an endless series of interim answers': ['', 'HTTP/1.1 103 Early Hints\r\n\r\n', 20],
    'with a body that trickles': ['HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n', 'x', 20],
  } as const;
  for (const [how, [head, part, everyMs]] of Object.entries(answers)) {
    await t.test(how, async (t) => {
      const port = await startTrickling(t, head, part, everyMs);
      const { send } = startClient(t);
      const startedMs = performance.now();
      const error = await failureOf(send(`http://127.0.0.1:${port}/`, { maxBodyBytes: 10_000 }));
      const tookMs = performance.now() - startedMs;
      assert.equal(error.failure, 'timeout');
      assert.equal(error.message, 'it did not answer within 0.6 s');
      assert.ok(tookMs >= timeoutMs - 5 && tookMs < timeoutMs + 300, `${tookMs} ms`);
    });
  }
});

test('the time of a request counts from before its name is resolved', async (t) => {
  const resolve = ((_: string, __: object, callback: (error: Error, found: []) => void) => {
    setTimeout(() => callback(new Error('ENOTFOUND'), []), 2 * timeoutMs);
  }) as typeof lookup;
  const { send } = startClient(t, { resolve });
  const startedMs = performance.now();
  assert.equal((await failureOf(send('http://slow.example/'))).failure, 'timeout');
  assert.ok(performance.now() - startedMs < timeoutMs + 300);
});

test('a signal is obeyed at once, with its reason', async (t) => {
  const port = await startTrickling(t, '', '', 1_000);
  const { send } = startClient(t, { timeoutMs: 10_000 });
  for (const url of [`http://127.0.0.1:${port}/`, `http://localhost:${port}/`]) {
    const controller = new AbortController();
    const startedMs = performance.now();
    const sending = assert.rejects(send(url, { signal: controller.signal }), /^Error: enough$/);
    await delay(50);
    controller.abort(new Error('enough'));
    await sending;
    assert.ok(performance.now() - startedMs < 1_000);
  }
});

test('of an answer that nobody wants the status comes soon, whatever the body does', async (t) => {
  const { send } = startClient(t, { timeoutMs: 10_000 });
  for (const [part, everyMs] of [
    ['x', 20],
    ['x'.repeat(64 * 1024), 1],
  ] as const) {
    const port = await startTrickling(t, 'HTTP/1.1 503 No\r\nretry-after: 7\r\n\r\n', part, everyMs);
    const startedMs = performance.now();
    const answer = await send(`http://127.0.0.1:${port}/`);
    assert.deepEqual([answer.status, answer.headers['retry-after'], answer.body], [503, '7', '']);
    assert.ok(performance.now() - startedMs < 1_500);
  }
});

test('headers without end, and answers that are none, end the request', async (t) => {
  const endless = await startTrickling(t, 'HTTP/1.1 200 OK\r\n', `x: ${'y'.repeat(8_000)}\r\n`, 1);
  const nonsense = await startTrickling(t, 'nonsense\r\n\r\n', '', 1_000);
  const { send } = startClient(t, { timeoutMs: 10_000 });
  for (const port of [endless, nonsense]) {
    const { message } = await failureOf(send(`http://127.0.0.1:${port}/`));
    assert.equal(message, 'its answer is not HTTP, or its headers are too large');
  }
});

test('a body that is larger than wanted is an error, not half a body', async (t) => {
  const port = await listen(
    t,
    createHttpServer((_, res) => res.end('x'.repeat(100_001))),
  );
  const { send } = startClient(t);
  assert.equal((await send(`http://127.0.0.1:${port}/`, { maxBodyBytes: 100_001 })).body.length, 100_001);
  const error = await failureOf(send(`http://127.0.0.1:${port}/`, { maxBodyBytes: 100_000 }));
  assert.deepEqual([error.failure, error.message], ['too-large', 'its answer has more than 100000 bytes']);
});

test('a body is streamed both ways, by any method, as it comes', async (t) => {
  const half = 'x'.repeat(100_000);
  const { promise: goOn, resolve: letGoOn } = Promise.withResolvers<void>();
  const port = await listen(
    t,
    createHttpServer((request, response) => {
      response.writeHead(200, { 'x-method': request.method });
      request.pipe(response, { end: false });
      request.on('end', () => void goOn.then(() => response.end(half)));
    }),
  );
  const { client } = startClient(t, { timeoutMs: 30_000 });
  for (const method of ['PUT', 'PATCH', 'DELETE'] as const) {
    const { status, headers, body } = await client.open({
      url: new URL(`http://127.0.0.1:${port}/`),
      method,
      headers: {},
      body: Readable.from([half, half]),
      maxBodyBytes: 3 * half.length,
      skipTlsVerification: false,
      signal: new AbortController().signal,
    });
    assert.deepEqual([status, headers['x-method']], [200, method]);
    // The first part is there while the last one has not been sent.
    const [first] = (await once(body, 'data')) as [Buffer];
    assert.ok(first.length > 0);
    letGoOn();
    let sizeBytes = first.length;
    for await (const chunk of body as AsyncIterable<Buffer>) sizeBytes += chunk.length;
    assert.equal(sizeBytes, 3 * half.length);
  }
});

test('a stream ends at its limit, in time, and with its signal', async (t) => {
  const port = await startTrickling(t, 'HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n', 'x'.repeat(100), 20);
  const { client } = startClient(t, { timeoutMs: 30_000 });
  const open = (more: Partial<OutboundRequest>) =>
    client.open({
      url: new URL(`http://127.0.0.1:${port}/`),
      method: 'GET',
      headers: {},
      maxBodyBytes: 9_999,
      skipTlsVerification: false,
      signal: new AbortController().signal,
      ...more,
    });
  const read = async (more: Partial<OutboundRequest>) => {
    const { body } = await open(more);
    for await (const _chunk of body);
  };
  assert.equal((await failureOf(read({ maxBodyBytes: 1_000 }))).failure, 'too-large');
  assert.equal((await failureOf(read({ timeoutMs: 300 }))).failure, 'timeout');
  const reason = new Error('stopped');
  const stop = new AbortController();
  setTimeout(() => stop.abort(reason), 100);
  await assert.rejects(read({ signal: stop.signal }), reason);
});

test('errors tell neither addresses nor what is in a certificate', async (t) => {
  const { send } = startClient(t);
  const ok: RequestListener = (_, res) => res.end();
  const ca = await createTestCertificate('authority', { isAuthority: true });
  const start = async (options: object) => {
    const { certificate: cert, key } = await createTestCertificate('secret.internal', { issuer: ca, ...options });
    return `https://localhost:${await listen(t, createHttpsServer({ cert, key }, ok))}/`;
  };
  const servers = {
    unknown: await start({ host: 'localhost' }),
    foreign: await start({ host: 'secret.internal' }),
    expired: await start({ host: 'localhost', expiredMs: 1_000 }),
  };
  const told = {
    unknown: (await failureOf(send(servers.unknown))).message,
    foreign: (await failureOf(send(servers.foreign, { tlsCa: ca.certificate }))).message,
    expired: (await failureOf(send(servers.expired, { tlsCa: ca.certificate }))).message,
    closed: (await failureOf(send('http://localhost:1/'))).message,
  };
  assert.deepEqual(told, {
    unknown: 'its TLS certificate is not trusted (UNABLE_TO_VERIFY_LEAF_SIGNATURE)',
    foreign: 'its TLS certificate is not trusted (ERR_TLS_CERT_ALTNAME_INVALID)',
    expired: 'its TLS certificate is not trusted (CERT_HAS_EXPIRED)',
    closed: 'it cannot be reached (ECONNREFUSED)',
  });
  assert.equal((await send(servers.unknown, { tlsCa: ca.certificate })).status, 200);
  assert.equal((await send(servers.expired, { skipTlsVerification: true })).status, 200);
});

test('agents that nobody uses, and those beyond their number, are closed with their connections', async (t) => {
  const { certificate: cert, key } = await createTestCertificate('localhost', { host: 'localhost' });
  const held: (() => void)[] = [];
  const server = createHttpsServer({ cert, key }, (req, res) => {
    if (req.url === '/held') held.push(() => res.end());
    else res.end();
  });
  const port = await listen(t, server);
  const connections = () =>
    new Promise<number>((done, fail) => server.getConnections((e, n) => (e ? fail(e) : done(n))));
  const { send, client } = startClient(t, { maxAgents: 3, agentIdleMs: 1_000, timeoutMs: 10_000 });
  const authorities = await Promise.all(Array.from({ length: 12 }, (_, index) => createTestCertificate(`ca-${index}`)));
  const underWay = send(`https://localhost:${port}/held`, { skipTlsVerification: true });
  await eventually('the request to be there', async () => held.length === 1);
  for (const { certificate: tlsCa } of authorities) {
    assert.equal((await send(`https://localhost:${port}/`, { tlsCa, skipTlsVerification: true })).status, 200);
  }
  assert.equal(client.agentCount(), 3);
  await eventually('connections of agents that were given up to end', async () => (await connections()) <= 4);
  held[0]?.();
  assert.equal((await underWay).status, 200, 'an agent that was given up finishes its requests');
  await eventually('the rest to have lain too long', async () => client.agentCount() === 0);
  await eventually('their connections to end', async () => (await connections()) === 0);
});
