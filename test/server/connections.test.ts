import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createNginxProof } from '../../registry/http/nginx-hand-over.ts';
import { addressKey } from '../../server/connections.ts';
import { connectionsFor, defaultHttpLimits } from '../../server/http-limits.ts';
import type { HttpServerOptions } from '../../server/http.ts';
import { maxOpenFiles } from '../../server/open-files.ts';
import { eventually } from '../e2e/eventually.ts';
import { readToEnd, startHttp } from './test-http.ts';

const limits = { maxConnectionsPerAddress: 4, maxConnections: 6 };

/** A server that answers everything but `/hang`. */
async function start(t: TestContext, options: HttpServerOptions = { limits }) {
  const { server, port } = await startHttp(
    t,
    (req, res) => {
      if (req.url !== '/hang') res.end('served');
    },
    options,
  );
  const open = async (localAddress = '127.0.0.1'): Promise<Socket> => {
    const socket = connect({ port, host: '127.0.0.1', localAddress });
    t.after(() => socket.destroy());
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  };
  const count = (): Promise<number> =>
    new Promise((resolve, reject) => server.getConnections((error, found) => (error ? reject(error) : resolve(found))));
  return { open, count };
}

function ask(socket: Socket, path: string, more = ''): void {
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`);
}

async function isServed(socket: Socket, more?: string): Promise<boolean> {
  ask(socket, '/', more);
  const [answer] = (await Promise.race([once(socket, 'data'), once(socket, 'close')])) as [Buffer | boolean];
  return Buffer.isBuffer(answer) && answer.toString().startsWith('HTTP/1.1 200 ');
}

test('an address with all its connections in use is told so, and others are served', async (t) => {
  const { open, count } = await start(t);
  for (let index = 0; index < 4; index++) ask(await open(), '/hang');
  await delay(50);
  const refused = await readToEnd(await open());
  assert.match(refused, /^HTTP\/1\.1 429 Too Many Requests\r\n/);
  assert.match(refused, /\r\nRetry-After: 5\r\n/);
  assert.match(refused, /"code":"TOO_MANY_REQUESTS","message":"your address has too many connections/);
  assert.match(refused, /\r\nX-Content-Type-Options: nosniff\r\n/);
  await eventually('the refused one to be closed', async () => (await count()) === 4);
  assert.equal(await isServed(await open('127.0.0.2')), true);
});

test('a client that sends its request before it reads the refusal reads it too', async (t) => {
  const { open } = await start(t);
  for (let index = 0; index < 4; index++) ask(await open(), '/hang');
  await delay(50);
  const socket = await open();
  socket.pause();
  ask(socket, '/');
  await delay(200);
  assert.match(await readToEnd(socket.resume()), /^HTTP\/1\.1 429 /);
});

test('idle connections give way before one that is needed is refused', async (t) => {
  const { open, count } = await start(t);
  const oldest = await open();
  const second = await open();
  const kept = [oldest, await open(), await open()];
  // The first is used once more, so that another one has been idle for longest.
  for (const socket of [oldest, second, ...kept.slice(1)]) assert.equal(await isServed(socket), true);
  assert.equal(await isServed(oldest), true);
  const closed = once(second, 'close');
  assert.equal(await isServed(await open()), true);
  await closed;
  assert.equal(await count(), 4);
  for (const socket of kept) assert.equal(await isServed(socket), true);
});

test('the process as a whole has a bound, below which whoever is idle gives way, whoever it is', async (t) => {
  const { open } = await start(t);
  for (let index = 0; index < 3; index++) ask(await open(), '/hang');
  for (let index = 0; index < 2; index++) ask(await open('127.0.0.2'), '/hang');
  const idle = await open('127.0.0.3');
  assert.equal(await isServed(idle), true);
  const closed = once(idle, 'close');
  ask(await open('127.0.0.4'), '/hang');
  await closed;
  assert.match(await readToEnd(await open('127.0.0.5')), /^HTTP\/1\.1 503 [^]*\r\nRetry-After: 5\r\n/);
});

test('connections of NGINX count with nobody, and only its own secret makes them so', async (t) => {
  const secret = 's'.repeat(32);
  const { open } = await start(t, { limits, isFromNginx: createNginxProof(secret) });
  const proof = `X-Jobrunner-Nginx: ${secret}\r\n`;
  for (let index = 0; index < 5; index++) ask(await open(), '/hang', proof);
  await delay(50);
  assert.equal(await isServed(await open(), `X-Jobrunner-Nginx: ${'x'.repeat(32)}\r\n`), true);
  const { open: openOther } = await start(t, { limits, isFromNginx: createNginxProof(secret) });
  for (let index = 0; index < 4; index++) ask(await openOther(), '/hang', `X-Jobrunner-Nginx: ${'x'.repeat(32)}\r\n`);
  await delay(50);
  assert.match(await readToEnd(await openOther()), /^HTTP\/1\.1 429 /);
});

test('2,000 connections of one address that begin bodies leave room for others', async (t) => {
  const { open, count } = await start(t, { limits: { maxConnectionsPerAddress: 50, maxConnections: 100 } });
  const attack: Promise<unknown>[] = [];
  let most = 0;
  let slowestMs = 0;
  for (let index = 0; index < 2_000; index++) {
    attack.push(
      open().then((socket) => {
        socket.resume();
        socket.write('POST /hang HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nx');
      }),
    );
    if (index % 100 !== 99) continue;
    await Promise.all(attack.splice(0));
    most = Math.max(most, await count());
    const startedMs = performance.now();
    assert.equal(await isServed(await open('127.0.0.2')), true);
    slowestMs = Math.max(slowestMs, performance.now() - startedMs);
  }
  // Those that are refused have a second to read why, 256 at once.
  assert.ok(most <= 50 + 256 + 20, `${most} connections at once`);
  await eventually('the refused ones to be closed', async () => (await count()) <= 70);
  t.diagnostic(`${most} connections at once; others waited ${Math.round(slowestMs)} ms at most`);
});

test('one client is an IPv4 address or a /64 of IPv6', () => {
  for (const [address, key] of [
    ['10.0.0.1', '10.0.0.1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['::1', '0:0:0:0::/64'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff::1', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['64:ff9b::10.0.0.1', '64:ff9b:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['', ''],
  ] as const) {
    assert.equal(addressKey(address), key, address);
  }
});

test('connections leave room among the files that the process may open', async () => {
  assert.equal(connectionsFor(1_024), 384);
  assert.equal(connectionsFor(100), 1);
  assert.equal(connectionsFor(Infinity), defaultHttpLimits.maxConnections);
  assert.ok((await maxOpenFiles()) > 0);
});
