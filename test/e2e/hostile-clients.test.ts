import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readlink } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createCleanUp } from '../support/clean-up.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { digestOf } from './client.ts';
import { eventually } from './eventually.ts';
import { startRole, temporaryDataDir } from './jobrunner-process.ts';
import { residentBytes } from './process-memory.ts';
import { exchangeBytes, rawExchange } from './raw-request.ts';

const mib = 1024 * 1024;
const blobBytes = 64 * mib;

test('hostile clients on the socket', async (t) => {
  const cleanUp = createCleanUp(t);
  const { url, pool } = await createTestDatabase(cleanUp);
  const dataDir = await temporaryDataDir(cleanUp);
  const {
    client,
    baseUrl,
    process: running,
  } = await startRole(cleanUp, 'api,garant,registry', {
    // What is measured is the process that serves.
    HTTP_PROCESSES: '1',
    ADMIN_PASSWORD: randomBytes(8).toString('hex'),
    SECRET_KEY: randomBytes(32).toString('hex'),
    DATABASE_URL: url,
    JOBRUNNER_DATA_DIR: dataDir,
  });
  const port = Number(new URL(baseUrl).port);
  const name = 'admin/app';
  const bearer = `Bearer ${await client.token(`repository:${name}:pull,push,delete`)}`;
  const large = await client.pushBlob(name, randomBytes(blobBytes));
  const headers = (more = ''): string => `Host: x\r\nAuthorization: ${bearer}\r\n${more}\r\n`;
  const pullLarge = `GET /v2/${name}/blobs/${large} HTTP/1.1\r\n${headers()}`;

  async function openBlobs(): Promise<number> {
    const folder = `/proc/${running.pid}/fd`;
    const names = await readdir(folder);
    const files = await Promise.all(names.map((fd) => readlink(join(folder, fd)).catch(() => '')));
    return files.filter((file) => file.startsWith(join(dataDir, 'blobs'))).length;
  }

  async function connected(st: { after: (done: () => void) => void }): Promise<Socket> {
    const socket = connect({ port, host: '127.0.0.1' });
    st.after(() => void socket.destroy());
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  }

  const smuggling: Readonly<Record<string, string>> = {
    'both lengths': 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'both lengths, the other way round': 'Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n',
    'two lengths': 'Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde',
    'a list of lengths': 'Content-Length: 4, 4\r\n\r\nabcd',
    'a length with a sign': 'Content-Length: +4\r\n\r\nabcd',
    'a negative length': 'Content-Length: -4\r\n\r\nabcd',
    'a length beyond counting': 'Content-Length: 99999999999999999999\r\n\r\nabcd',
    'chunked in a list that does not end with it': 'Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n',
    'an unknown coding': 'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n',
    'a space before the colon': 'Content-Length : 4\r\n\r\nabcd',
    'a folded header': 'X: y\r\n Content-Length: 4\r\n\r\nabcd',
    'a NUL in a value': 'X: a\0b\r\n\r\n',
    'a bare line feed': 'X: a\nContent-Length: 4\r\n\r\nabcd',
    'a bare carriage return': 'X: a\rb\r\n\r\n',
    'a chunk size that is none': 'Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n',
    'a negative chunk size': 'Transfer-Encoding: chunked\r\n\r\n-1\r\nabc\r\n0\r\n\r\n',
    'a chunk size beyond counting': 'Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nabc\r\n0\r\n\r\n',
    'a chunk longer than it says': 'Transfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n',
  };
  await t.test('request smuggling: one refusal, and the connection ends before what follows', async () => {
    const second = `GET /v2/?smuggled HTTP/1.1\r\n${headers()}`;
    for (const [what, rest] of Object.entries(smuggling)) {
      const path = `/v2/${name}/blobs/uploads/?digest=${digestOf('abcd')}`;
      const text = await rawExchange(
        port,
        `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${bearer}\r\n${rest}${second}`,
      );
      const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => status);
      assert.ok(statuses.length <= 1 && statuses.every((status) => status === '400'), `${what}: ${text}`);
      assert.match(text, /"code":"BAD_REQUEST"|^$/, what);
    }
    const { rows } = await pool.query(`SELECT FROM registry.blobs WHERE digest = $1`, [digestOf('abcd')]);
    assert.equal(rows.length, 0);
  });

  await t.test('requests that are sent ahead are answered in order', async () => {
    const paths = ['/v2/', `/v2/${name}/tags/list`, '/livez', `/v2/${name}/blobs/sha256:x`, '/nothing'];
    const all = paths.map((path, index) => {
      const last = index === paths.length - 1 ? 'Connection: close\r\n' : '';
      return `GET ${path} HTTP/1.1\r\n${headers(last)}`;
    });
    const text = await rawExchange(port, all.join(''));
    assert.deepEqual(
      [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status),
      ['200', '200', '200', '400', '404'],
    );
  });

  await t.test('nonsense behind a request does not pass for its answer', async () => {
    const bytes = Buffer.from(`GET /v2/${name}/tags/list HTTP/1.1\r\n${headers()}NONSENSE\r\n\r\n`);
    const { answer, end } = await exchangeBytes(port, bytes);
    assert.ok(end === 'closed' || answer?.status === 200, answer?.text);
  });

  await t.test('500 pulls sent ahead by a client that reads nothing cost one open file', async (st) => {
    const before = await residentBytes(running.pid);
    const socket = await connected(st);
    socket.pause();
    socket.write(pullLarge.repeat(500));
    await eventually('the first pull to begin', async () => (await openBlobs()) > 0);
    await delay(1_000);
    assert.equal(await openBlobs(), 1);
    const growthBytes = (await residentBytes(running.pid)) - before;
    assert.ok(growthBytes < 64 * mib, `memory grew by ${growthBytes} bytes`);
    socket.destroy();
    await eventually('the file to be closed', async () => (await openBlobs()) === 0);
  });

  await t.test('20 pulls that stall hold some MiB each, and no file once their clients are gone', async (st) => {
    const before = await residentBytes(running.pid);
    const sockets = await Promise.all(Array.from({ length: 20 }, () => connected(st)));
    for (const socket of sockets) {
      socket.pause();
      socket.write(pullLarge);
    }
    await eventually('all pulls to begin', async () => (await openBlobs()) === sockets.length);
    await delay(1_000);
    const growthBytes = (await residentBytes(running.pid)) - before;
    st.diagnostic(`${Math.round(growthBytes / mib)} MiB for 20 stalled pulls of ${blobBytes / mib} MiB`);
    assert.ok(growthBytes < 200 * mib, `memory grew by ${growthBytes} bytes`);
    for (const [index, socket] of sockets.entries()) {
      if (index % 2 === 0) socket.destroy();
      else socket.resetAndDestroy();
    }
    await eventually('the files to be closed', async () => (await openBlobs()) === 0);
  });

  await t.test('a client that vanishes in any phase of a push leaves nothing behind', async (st) => {
    const bytes = randomBytes(300_000);
    const path = `/v2/${name}/blobs/uploads/?digest=${digestOf(bytes)}`;
    const head = `POST ${path} HTTP/1.1\r\n${headers(`Content-Length: ${bytes.length}\r\n`)}`;
    const phases = [
      Buffer.from(''),
      Buffer.from(head.slice(0, 20)),
      Buffer.from(head.slice(0, -2)),
      Buffer.from(head),
      Buffer.concat([Buffer.from(head), bytes.subarray(0, 1)]),
      Buffer.concat([Buffer.from(head), bytes.subarray(0, 200_000)]),
      Buffer.concat([Buffer.from(head), bytes]),
    ];
    for (const sent of phases) {
      for (const leave of ['destroy', 'resetAndDestroy', 'end'] as const) {
        for (const waitMs of [0, 30]) {
          const socket = await connected(st);
          if (sent.length > 0) await new Promise((resolve) => socket.write(sent, resolve));
          await delay(waitMs);
          socket[leave]();
        }
      }
    }
    await eventually('no upload to be left', async () => {
      const { rows } = await pool.query('SELECT FROM registry.uploads');
      const files = await readdir(join(dataDir, 'blobs', 'uploads'));
      return rows.length === 0 && files.length === 0;
    });
    assert.equal(await openBlobs(), 0);
  });

  await t.test('Expect, HTTP/1.0 and absolute targets', async () => {
    const bytes = Buffer.from('expected');
    const path = `/v2/${name}/blobs/uploads/?digest=${digestOf(bytes)}`;
    const expecting = `POST ${path} HTTP/1.1\r\n${headers(`Expect: 100-continue\r\nContent-Length: ${bytes.length}\r\nConnection: close\r\n`)}`;
    assert.match(
      await rawExchange(port, expecting + bytes.toString()),
      /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 201 /,
    );
    const other = await rawExchange(port, `GET /v2/ HTTP/1.1\r\n${headers('Expect: tea\r\n')}`);
    assert.match(other, /^HTTP\/1\.1 417 [\s\S]*"code":"BAD_REQUEST"/);
    const old = await rawExchange(port, `GET /v2/${name}/tags/list HTTP/1.0\r\nAuthorization: ${bearer}\r\n\r\n`);
    assert.match(old, /^HTTP\/1\.1 200 [\s\S]*Content-Length: [\s\S]*"tags":\[\]\}\n$/i);
    for (const origin of ['http://x', 'HTTPS://x:8443']) {
      const absolute = Buffer.from(`GET ${origin}/v2/${name}/tags/list HTTP/1.1\r\n${headers()}`);
      assert.equal((await exchangeBytes(port, absolute)).answer?.status, 200);
    }
    const bare = await exchangeBytes(port, Buffer.from(`GET http://x?y HTTP/1.1\r\n${headers()}`));
    // The front page, which answers whatever the query.
    assert.equal(bare.answer?.status, 200);
  });

  await t.test('headers of more than 16 KiB are refused in words', async () => {
    const giant = Buffer.from(`GET /v2/ HTTP/1.1\r\n${headers(`X: ${'x'.repeat(16 * 1024)}\r\n`)}`);
    const { answer } = await exchangeBytes(port, giant);
    assert.equal(answer?.status, 431);
    assert.match(answer.text, /"code":"HEADERS_TOO_LARGE","message":"the headers of the request are too large/);
  });

  await t.test('after all this the process is well', async () => {
    await client.pushImage(name, 'after');
    for (const line of running.output.stderr.trim().split('\n')) {
      assert.match(line, /^\{"level":[1-3]0,/, 'nothing went wrong inside');
    }
    assert.equal((await fetch(`${baseUrl}/readyz`)).status, 200);
  });
});
