import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { isRunning } from '../../local/process.ts';
import { startPostgres, type PostgresServer } from '../../local/postgres.ts';
import { type CleanUp, createCleanUp } from '../support/clean-up.ts';
import { cannotMount, mountSmallDisk } from '../support/small-disk.ts';
import type { Client } from './client.ts';
import { eachOf } from './each-of.ts';
import { eventually } from './eventually.ts';
import { startRole, temporaryDataDir, type RoleProcess } from './jobrunner-process.ts';
import { createPush, findLoss, type Refusal, type TestPush, tryPush } from './test-push.ts';

const atOnce = 8;
// Connecting is tried for 10 s, an answer is waited for 40 s.
const maxAnswerMs = 60_000;

/** Pushes without end, until it is stopped. */
interface Load {
  readonly pushes: readonly TestPush[];
  readonly refusals: readonly Refusal[];
  readonly slowestMs: () => number;
  readonly acknowledged: () => number;
  readonly stop: () => Promise<void>;
}

function startLoad(client: Client): Load {
  const pushes: TestPush[] = [];
  const refusals: Refusal[] = [];
  const stopping = new AbortController();
  let slowestMs = 0;
  async function worker(): Promise<void> {
    while (!stopping.signal.aborted) {
      const push = createPush('admin/load', `t${pushes.length}`);
      pushes.push(push);
      const startedMs = performance.now();
      const refused = await tryPush(client, push, pushes.length % 2 === 0);
      slowestMs = Math.max(slowestMs, performance.now() - startedMs);
      if (!refused) continue;
      refusals.push(refused);
      await delay(100);
    }
  }
  const working = Promise.all(Array.from({ length: atOnce }, worker));
  // Awaited in stop; a broken connection before that is a failure there.
  working.catch(() => undefined);
  return {
    pushes,
    refusals,
    slowestMs: () => slowestMs,
    acknowledged: () => pushes.filter(({ isTagged }) => isTagged).length,
    stop: async () => {
      stopping.abort();
      await working;
    },
  };
}

/** Waits until the load has gone forward by some pushes. */
async function progress(load: Load, count: number): Promise<void> {
  const before = load.acknowledged();
  await eventually(`${count} more pushes`, () => load.acknowledged() >= before + count, { timeoutMs: 120_000 });
}

async function startRegistryOn(cleanUp: CleanUp, databaseUrl: string, dataDir: string): Promise<RoleProcess> {
  const running = await startRole(cleanUp, 'api,garant,registry', {
    ADMIN_PASSWORD: randomBytes(8).toString('hex'),
    SECRET_KEY: randomBytes(32).toString('hex'),
    DATABASE_URL: databaseUrl,
    JOBRUNNER_DATA_DIR: dataDir,
  });
  // Tokens are had before the database goes.
  await running.client.token('repository:admin/load:pull,push,delete');
  return running;
}

async function assertNothingLost(t: TestContext, client: Client, load: Load): Promise<void> {
  const losses: string[] = [];
  await eachOf(load.pushes, atOnce, async (push) => {
    const loss = await findLoss(client, push);
    if (loss !== undefined) losses.push(loss);
  });
  assert.deepEqual(losses, []);
  const unacknowledged = load.pushes.filter(({ isTagged }) => !isTagged);
  await eachOf(unacknowledged, atOnce, async (push) => assert.equal(await tryPush(client, push, false), undefined));
  t.diagnostic(
    `${load.acknowledged()} pushes acknowledged, ${load.refusals.length} answers refused, ` +
      `the slowest push took ${Math.round(load.slowestMs())} ms`,
  );
}

test('PostgreSQL is restarted and killed under load: 503, nothing acknowledged is lost, and pushes go on', async (t) => {
  const cleanUp = createCleanUp(t);
  const dataDir = await temporaryDataDir(cleanUp);
  const startDatabase = (previous?: PostgresServer): Promise<PostgresServer> =>
    startPostgres({ dataDir, onProgress: () => undefined, ...(previous && { port: previous.port }) });
  let database = await startDatabase();
  cleanUp.after(() => database.stop());
  const { client, process: running, baseUrl } = await startRegistryOn(cleanUp, database.url, dataDir);
  const load = startLoad(client);
  const outages: ((server: PostgresServer) => Promise<unknown>)[] = [
    (server) => server.stop(),
    (server) => {
      server.kill();
      return server.exited;
    },
  ];
  for (const end of outages) {
    await progress(load, 20);
    const before = load.refusals.length;
    await end(database);
    await eventually('a push to be refused', () => load.refusals.length > before);
    const authorization = `Basic ${Buffer.from('admin:any').toString('base64')}`;
    for (const path of ['/auth/token?service=jobrunner&scope=repository:admin/load:pull', '/v2/admin/load/tags/list']) {
      const answer = await fetch(`${baseUrl}${path}`, path.startsWith('/v2') ? { headers: { authorization } } : {});
      const { errors } = (await answer.json()) as { errors: { code: string }[] };
      assert.deepEqual([answer.status, errors[0]?.code], [503, 'UNAVAILABLE'], path);
      assert.ok(Number(answer.headers.get('retry-after')) > 0, path);
    }
    database = await startDatabase(database);
  }
  await progress(load, 20);
  await load.stop();
  for (const { status, code, retryAfter, step } of load.refusals) {
    assert.deepEqual([status, code], [503, 'UNAVAILABLE'], step);
    assert.ok(Number(retryAfter) > 0);
  }
  assert.ok(load.slowestMs() < maxAnswerMs, `every wait is bounded: ${load.slowestMs()} ms`);
  await assertNothingLost(t, client, load);
  assert.deepEqual(await running.stop('SIGTERM'), { code: 0, signal: null });
});

test(
  'the disk of PostgreSQL is full: a clear refusal, nothing is lost, and pushes go on',
  { skip: cannotMount() },
  async (t) => {
    const cleanUp = createCleanUp(t);
    const disk = mountSmallDisk(cleanUp, 300 * 1024 * 1024);
    const start = (port?: number): Promise<PostgresServer> =>
      startPostgres({ dataDir: disk, onProgress: () => undefined, ...(port !== undefined && { port }) });
    let database = await start();
    cleanUp.after(() => database.stop());
    const { client } = await startRegistryOn(cleanUp, database.url, await temporaryDataDir(cleanUp));
    const load = startLoad(client);
    await progress(load, 10);
    const filler = join(disk, 'filler');
    const { bavail, bsize } = await statfs(disk);
    // PostgreSQL may have taken some of it meanwhile, and then the disk is full as well.
    await writeFile(filler, Buffer.alloc(Math.max(0, bavail * bsize - 100_000), 1)).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOSPC') throw error;
      },
    );
    await eventually('a push to be refused', () => load.refusals.length > 0, { timeoutMs: 120_000 });
    await delay(1_000);
    await rm(filler);
    // PostgreSQL ends itself where it cannot even write its log of changes; whoever watches over it starts it again.
    await delay(1_000);
    if (!isRunning(database.pid)) database = await start(database.port);
    await progress(load, 10);
    await load.stop();
    const statuses = Map.groupBy(load.refusals, ({ status, code }) => `${status} ${code}`);
    for (const key of statuses.keys()) assert.match(key, /^(503 UNAVAILABLE|507 INSUFFICIENT_STORAGE)$/);
    await assertNothingLost(t, client, load);
    t.diagnostic([...statuses.keys()].join(', '));
  },
);
