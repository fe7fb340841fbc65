import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { appendJobLog } from '../../jobs/records/logs.ts';
import { addJob } from '../jobs/test-jobs.ts';
import { createCleanUp, type CleanUp } from '../support/clean-up.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { startRole, temporaryDataDir } from './jobrunner-process.ts';
import { residentBytes } from './process-memory.ts';

const mib = 1024 * 1024;
// What the program itself promises: its patience, a look a second, and a slow machine.
const longestMs = 60_000 + 15_000;

async function start(cleanUp: CleanUp, env: Readonly<Record<string, string>> = {}) {
  const { url, pool } = await createTestDatabase(cleanUp);
  const role = await startRole(cleanUp, 'api,garant,registry', {
    // What is measured is the process that serves.
    HTTP_PROCESSES: '1',
    ADMIN_PASSWORD: randomBytes(8).toString('hex'),
    SECRET_KEY: randomBytes(32).toString('hex'),
    DATABASE_URL: url,
    JOBRUNNER_DATA_DIR: await temporaryDataDir(cleanUp),
    ...env,
  });
  const port = Number(new URL(role.baseUrl).port);
  const open = async (): Promise<Socket> => {
    const socket = connect({ port, host: '127.0.0.1' });
    cleanUp.after(() => void socket.destroy());
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  };
  return { ...role, pool, open };
}

const askedAhead = 30;

test('100 connections that never read their large answers', { timeout: 400_000 }, async (t) => {
  const cleanUp = createCleanUp(t);
  const { pool, client, baseUrl, open, process: running } = await start(cleanUp);
  const jobId = await addJob(pool);
  const lines = Array.from({ length: 1_000 }, () => ({ level: 'info' as const, msg: 'x'.repeat(900) }));
  for (let page = 0; page < 4; page++) await appendJobLog(pool, jobId, lines);
  const path = `/api/v0/jobs/${encodeURIComponent(jobId)}/logs`;
  const headers = `Host: x\r\nAuthorization: Bearer ${await client.apiToken()}\r\n\r\n`;
  const ask = async (): Promise<number> => {
    const response = await fetch(`${baseUrl}${path}`, {
      headers: { authorization: `Bearer ${await client.apiToken()}` },
    });
    assert.equal(response.status, 200);
    return (await response.arrayBuffer()).byteLength;
  };
  const askAll = (): Promise<number[]> => Promise.all(Array.from({ length: 100 }, ask));

  async function attack(): Promise<{ most: number; takenBytes: number; slowestMs: number }> {
    let most = 0;
    const timer = setInterval(() => {
      void residentBytes(running.pid).then((now) => (most = Math.max(most, now)));
    }, 100);
    cleanUp.after(() => clearInterval(timer));
    const sockets = await Promise.all(Array.from({ length: 100 }, open));
    const startedMs = performance.now();
    for (const socket of sockets) {
      socket.pause();
      // Many requests ahead: none may be begun before the answer to the one before it has been taken.
      socket.write(`GET ${path} HTTP/1.1\r\n${headers}`.repeat(askedAhead));
    }
    let slowestMs = 0;
    while (performance.now() - startedMs < longestMs) {
      const askedMs = performance.now();
      const { status } = await fetch(`${baseUrl}/_ping`, { headers: { connection: 'close' } });
      assert.equal(status, 200);
      slowestMs = Math.max(slowestMs, performance.now() - askedMs);
      await delay(100);
    }
    clearInterval(timer);
    let takenBytes = 0;
    await Promise.all(
      sockets.map(async (socket) => {
        socket.on('data', (chunk) => (takenBytes += chunk.length));
        socket.resume();
        if (!socket.destroyed) await once(socket, 'close');
      }),
    );
    return { most, takenBytes, slowestMs };
  }

  // What is compared is a process that has been through as much: V8 and the C library keep what they have once needed.
  const [answerBytes = 0] = await askAll();
  const fresh = await residentBytes(running.pid);
  const first = await attack();
  await askAll();
  const before = await residentBytes(running.pid);
  const second = await attack();
  await askAll();
  const after = await residentBytes(running.pid);
  for (const { most, takenBytes, slowestMs } of [first, second]) {
    t.diagnostic(
      `${toMib(takenBytes)} MiB sent of ${askedAhead} answers each of ${(answerBytes / mib).toFixed(1)} MiB; ${toMib(most)} MiB resident at most; a ping took ${Math.round(slowestMs)} ms at most`,
    );
    // The operating system holds some MiB for each, which the first answers fit into.
    assert.ok(takenBytes < (askedAhead / 2) * 100 * answerBytes, `${toMib(takenBytes)} MiB were sent`);
  }
  t.diagnostic(`${toMib(fresh)} MiB resident at first, ${toMib(before)} before, ${toMib(after)} after`);
  assert.ok(after < before * 1.2, `${toMib(after - before)} MiB more are kept`);
  // The answers that are being made and those that wait, and what the collector has not yet found.
  assert.ok(second.most - before < 512 * mib, `${toMib(second.most - before)} MiB more`);
});

function toMib(bytes: number): number {
  return Math.round(bytes / mib);
}

test(
  'a body that never comes, and an answer that nobody takes, end after a minute on every surface',
  { timeout: 300_000 },
  async (t) => {
    const cleanUp = createCleanUp(t);
    const { client, open } = await start(cleanUp);
    const name = 'admin/app';
    const digest = await client.pushBlob(name, randomBytes(128 * mib));
    const bearer = `Authorization: Bearer ${await client.token(`repository:${name}:pull,push`)}\r\n`;
    const body = 'Host: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n';
    const attacks: Readonly<Record<string, { request: string; isRead: boolean }>> = {
      'token service': {
        request: `POST /auth/token HTTP/1.1\r\n${body.replace('json', 'x-www-form-urlencoded')}\r\ng`,
        isRead: true,
      },
      API: { request: `POST /enzi/v0/login HTTP/1.1\r\n${body}\r\n{`, isRead: true },
      upload: {
        request: `POST /v2/${name}/blobs/uploads/?digest=${digest} HTTP/1.1\r\n${bearer}${body}\r\nx`,
        isRead: true,
      },
      manifest: { request: `PUT /v2/${name}/manifests/x HTTP/1.1\r\n${bearer}${body}\r\n{`, isRead: true },
      pull: { request: `GET /v2/${name}/blobs/${digest} HTTP/1.1\r\nHost: x\r\n${bearer}\r\n`, isRead: false },
    };
    await Promise.all(
      Object.entries(attacks).map(async ([what, { request, isRead }]) => {
        const socket = await open();
        let text = '';
        let bytes = 0;
        socket.on('data', (chunk) => {
          bytes += chunk.length;
          if (isRead) text += chunk.toString('latin1');
        });
        socket.write(request);
        const startedMs = performance.now();
        if (isRead) await once(socket, 'close');
        else {
          socket.pause();
          await delay(longestMs);
          socket.resume();
          await once(socket, 'close');
        }
        const tookMs = performance.now() - startedMs;
        t.diagnostic(`${what}: ${Math.round(tookMs / 1_000)} s`);
        // Fifteen seconds more may go by in which the rest of a refused body could still come.
        assert.ok(tookMs < longestMs + 20_000, `${what}: ${tookMs} ms`);
        if (isRead) assert.match(text, /^HTTP\/1\.1 408 [^]*"code":"REQUEST_TIMEOUT"/, what);
        else assert.ok(bytes < 128 * mib, what);
      }),
    );
  },
);

test('requests whose clients go away leave nothing in the log', { timeout: 120_000 }, async (t) => {
  const cleanUp = createCleanUp(t);
  const { process: running, open } = await start(cleanUp);
  const before = running.output.stderr.length;
  const long = 'x'.repeat(15_000);
  for (let round = 0; round < 100; round++) {
    for (const [method, path] of [
      ['POST', '/enzi/v0/login'],
      ['POST', '/auth/token'],
      ['POST', '/api/v0/jobs'],
      ['PUT', '/v2/a/b/manifests/c'],
      ['GET', '/'],
    ] as const) {
      const socket = await open();
      const type = path === '/auth/token' ? 'application/x-www-form-urlencoded' : 'application/json';
      const head = `${method} ${path}?${long} HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: 100\r\n\r\n{`;
      await new Promise<void>((resolve) => socket.write(head, () => resolve()));
      if (round % 2 === 0) await delay(1);
      socket.resetAndDestroy();
    }
  }
  await delay(500);
  const written = running.output.stderr.slice(before);
  t.diagnostic(`${written.length} bytes for 500 requests of 15 KB`);
  assert.ok(written.length < 5_000, written.slice(0, 2_000));
});
