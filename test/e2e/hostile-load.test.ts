import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { appendJobLog } from '../../jobs/logs.ts';
import { addJob } from '../jobs/test-jobs.ts';
import { createCleanUp, type CleanUp } from '../support/clean-up.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { eventually } from './eventually.ts';
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

test('100 connections that never read their large answers', { timeout: 300_000 }, async (t) => {
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
  // What is compared is a process that has given as many such answers at once, to clients who take them: V8 and the C
  // library keep much of what that took.
  let answerBytes = 0;
  for (let round = 0; round < 2; round++) [answerBytes = 0] = await Promise.all(Array.from({ length: 100 }, ask));
  const before = await residentBytes(running.pid);

  let most = 0;
  const timer = setInterval(() => {
    void residentBytes(running.pid).then((now) => (most = Math.max(most, now)));
  }, 100);
  cleanUp.after(() => clearInterval(timer));
  const sockets = await Promise.all(Array.from({ length: 100 }, open));
  const startedMs = performance.now();
  for (const socket of sockets) {
    socket.pause();
    // Three requests ahead: the next ones may not be begun.
    socket.write(`GET ${path} HTTP/1.1\r\n${headers}`.repeat(3));
  }
  const slowest = { ms: 0 };
  const asking = new AbortController();
  const others = (async () => {
    while (!asking.signal.aborted) {
      const askedMs = performance.now();
      const { status } = await fetch(`${baseUrl}/_ping`, { headers: { connection: 'close' } });
      assert.equal(status, 200);
      slowest.ms = Math.max(slowest.ms, performance.now() - askedMs);
      await delay(100);
    }
  })();
  // Whoever is cut gets no more than the operating system holds.
  await delay(longestMs - (performance.now() - startedMs));
  asking.abort();
  await others;
  let taken = 0;
  await Promise.all(
    sockets.map(async (socket) => {
      socket.on('data', (chunk) => (taken += chunk.length));
      socket.resume();
      if (!socket.destroyed) await once(socket, 'close');
    }),
  );
  // The operating system holds some MiB for each, which the first answers fit into, or do not.
  assert.ok(taken < 2.5 * sockets.length * answerBytes, `${toMib(taken)} MiB were sent`);
  const after = await eventually(
    'memory to be given back',
    async () => {
      await ask();
      const now = await residentBytes(running.pid);
      return now < before * 1.2 ? now : undefined;
    },
    { timeoutMs: 60_000 },
  );
  t.diagnostic(
    `${toMib(taken)} MiB sent of three answers each of ${(answerBytes / mib).toFixed(1)} MiB; resident MiB: before ${toMib(before)}, most ${toMib(most)}, after ${toMib(after)}; a ping took ${Math.round(slowest.ms)} ms at most`,
  );
  // What may wait for all clients together, and some for what the collector has not yet found.
  assert.ok(most - before < 512 * mib, `${toMib(most - before)} MiB more`);
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
