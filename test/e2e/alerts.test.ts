import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { signal } from '../../local/process.ts';
import { missing } from '../setup/tools.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { startPrometheus } from '../support/prometheus.ts';
import { startTestTemporal } from '../support/temporal.ts';
import { expectStatus } from './client.ts';
import { eachOf } from './each-of.ts';
import { eventually } from './eventually.ts';
import { startRole, temporaryDataDir } from './jobrunner-process.ts';
import { servicesEnv } from './services-env.ts';

/** By how much every time in the rules is shorter here: half an hour is a minute. The thresholds are those of the rules. */
const timesFaster = 30;
const secondsOf: Readonly<Record<string, number>> = { m: 60, h: 3_600, d: 86_400 };

/** The rules as they are shipped, but for the times of `for` and of ranges. */
async function shippedRules(): Promise<{ rules: string; names: string[] }> {
  const text = await readFile(new URL('../../docs/alerts.yml', import.meta.url), 'utf8');
  let shortened = 0;
  const rules = text.replaceAll(/(\[|for: )(\d+)([mhd])/g, (_match, before: string, count: string, unit: string) => {
    shortened++;
    return `${before}${Math.round((Number(count) * (secondsOf[unit] ?? NaN)) / timesFaster)}s`;
  });
  assert.ok(shortened >= 10, 'the times of the rules are found');
  return { rules, names: [...text.matchAll(/- alert: (\w+)/g)].map(([, name = '']) => name) };
}

test(
  `each alert fires by its cause, in a real Prometheus that scrapes what runs, ${timesFaster} times as fast`,
  { skip: missing('prometheus', 'temporal'), timeout: 600_000 },
  async (t) => {
    const cleanUp = createCleanUp(t);
    const { rules, names } = await shippedRules();
    const { url, pool } = await createTestDatabase(cleanUp);
    const temporal = await startTestTemporal(cleanUp);
    const dataDir = await temporaryDataDir(cleanUp);
    const env = {
      HTTP_PROCESSES: '2',
      ...servicesEnv({ databaseUrl: url, dataDir, temporal }),
    };
    const serving = await startRole(cleanUp, 'api,garant,registry', env);
    const worker = await startRole(cleanUp, 'worker', env);
    const { client } = serving;
    const targetOf = ({ metricsUrl }: { metricsUrl: string }): string => new URL(metricsUrl).host;
    const prometheus = await startPrometheus(cleanUp, { rules, targets: [targetOf(serving), targetOf(worker)] });
    await eventually('both to be scraped', async () => (await prometheus.query('sum(up) == 2')).length === 1);
    // Whatever counts from a zero has been seen at zero.
    await delay(6_000);

    const fired = new Set<string>();
    /** Brings the cause about, and waits until the alert fires, which it did not before. */
    async function fires(name: string, cause: () => Promise<unknown>, timeoutMs = 60_000): Promise<void> {
      assert.ok(!(await prometheus.firing()).has(name), `${name} fires before there is a reason`);
      const sinceMs = performance.now();
      await cause();
      await eventually(`${name} to fire`, async () => (await prometheus.firing()).has(name), { timeoutMs });
      t.diagnostic(`${name}: after ${Math.round((performance.now() - sinceMs) / 1_000)} s`);
      fired.add(name);
    }
    const isOver = (name: string): Promise<boolean> =>
      eventually(`${name} to be over`, async () => !(await prometheus.firing()).has(name), { timeoutMs: 60_000 });
    async function pidOf(processName: string): Promise<number> {
      const text = await (await fetch(serving.metricsUrl)).text();
      const [, pid] =
        new RegExp(`^jobrunner_process_info\\{pid="(\\d+)",process="${processName}"\\} 1$`, 'm').exec(text) ?? [];
      assert.ok(pid, `there is a process ${processName}`);
      return Number(pid);
    }

    assert.deepEqual([...(await prometheus.firing())], [], 'all is well');

    // A thousand jobs wait, for half an hour, while the rest happens.
    let backlogMs = 0;
    expectStatus(200, await client.api('PATCH', '/queues/sleep', { paused: true, note: 'test' }));
    expectStatus(202, await client.api('POST', '/meta/settings', { maxWaitingJobsPerAccount: 2_000 }));
    await eachOf(Array.from({ length: 1_005 }), 16, () => client.startJob('sleep', { seconds: '0' }));
    backlogMs = performance.now();

    await t.test('more than ten jobs of an action fail', () =>
      fires('JobrunnerJobsFail', () => eachOf(Array.from({ length: 25 }), 8, () => client.startJob('false'))),
    );

    await t.test('a process that serves has nearly as many files open as it may', () =>
      fires('JobrunnerFilesRunOut', async () => {
        const maxOpenFiles = 200;
        const narrow = await startRole(cleanUp, 'api,garant', { ...env, HTTP_PROCESSES: '1' }, { maxOpenFiles });
        const { hostname, port } = new URL(narrow.metricsUrl);
        const text = await (await fetch(narrow.metricsUrl)).text();
        const open = Number(/^process_open_fds\{.*\} (\d+)$/m.exec(text)?.[1]);
        // Clients that connect and say nothing.
        const idle = Array.from({ length: Math.round(0.9 * maxOpenFiles) - open }, () =>
          connect(Number(port), hostname),
        );
        cleanUp.after(() => idle.forEach((socket) => socket.destroy()));
        await Promise.all(idle.map((socket) => once(socket, 'connect')));
        await prometheus.addTarget(targetOf(narrow));
      }),
    );

    await t.test('garbage collection does not run for six hours', async () => {
      await client.pushBlob('admin/app', randomBytes(100));
      // The blob belongs to nothing, and is due at once here.
      await fires('JobrunnerCollectionBehind', () =>
        pool.query(`UPDATE registry.blob_reviews SET review_after = review_after - interval '7 hours'`),
      );
    });

    await t.test('the blob store does not delete an object', () =>
      fires('JobrunnerObjectsStay', async () => {
        const { rows } = await pool.query<{ key: string }>('SELECT storage_key AS key FROM registry.blobs');
        for (const { key } of rows) {
          const path = join(dataDir, 'blobs', 'blobs', key.slice(0, 2), key);
          await rm(path);
          // What no unlink takes away, whoever asks.
          await mkdir(path);
        }
        await client.waitForJob(await client.startJob('onlinegc_blobs'), ['done']);
      }),
    );
    await isOver('JobrunnerCollectionBehind');

    await t.test('Temporal is away', async () => {
      await temporal.kill();
      await fires('JobrunnerTemporalAway', () => client.startJob('false'));
    });

    await t.test('a process that serves does not get to answer for half a second at a time', async () => {
      const pid = await pidOf('http-1');
      const stop = new AbortController();
      const stumbling = (async () => {
        while (!stop.signal.aborted) {
          signal(pid, 'SIGSTOP');
          await delay(700);
          signal(pid, 'SIGCONT');
          await delay(300);
        }
      })();
      try {
        await fires('JobrunnerLoopLags', async () => undefined);
      } finally {
        stop.abort();
        await stumbling;
      }
    });

    await t.test('a process that serves hangs', async () => {
      const pid = await pidOf('http-2');
      await fires('JobrunnerProcessHung', async () => signal(pid, 'SIGSTOP'));
    });

    await t.test('a thousand jobs wait', async () => {
      assert.ok(names.includes('JobrunnerBacklog'));
      await eventually('JobrunnerBacklog to fire', async () => (await prometheus.firing()).has('JobrunnerBacklog'), {
        timeoutMs: 90_000,
      });
      t.diagnostic(`JobrunnerBacklog: after ${Math.round((performance.now() - backlogMs) / 1_000)} s`);
      fired.add('JobrunnerBacklog');
    });

    await t.test('jobs begin more than a minute after they were due', async () => {
      await fires('JobrunnerJobsWait', async () => {
        await temporal.restart();
        expectStatus(200, await client.api('PATCH', '/queues/sleep', { paused: false }));
      });
      await isOver('JobrunnerTemporalAway');
      // The rest of them would only take time.
      expectStatus(200, await client.api('PATCH', '/queues/sleep', { paused: true }));
    });

    await t.test('PostgreSQL is away', async () => {
      const database = new URL(url).pathname.slice(1);
      const admin = new pg.Client({ connectionString: new URL('/postgres', url).href });
      await admin.connect();
      try {
        await fires('JobrunnerDatabaseAway', async () => {
          await admin.query(`ALTER DATABASE "${database}" ALLOW_CONNECTIONS false`);
          await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [database]);
        });
        await fires('JobrunnerRequestsFail', async () => {
          for (let count = 0; count < 20; count++) {
            const answer = await client.registry('GET', '/admin/app/tags/list');
            assert.ok(answer.status >= 500, `${answer.status}`);
          }
        });
      } finally {
        await admin.query(`ALTER DATABASE "${database}" ALLOW_CONNECTIONS true`);
        await admin.end();
      }
    });

    await t.test('no worker lives', async () => {
      await eventually(
        'the database to be read again',
        async () => (await prometheus.query('max(jobrunner_workers{status="running"}) == 1')).length === 1,
      );
      await fires('JobrunnerNoWorker', async () => signal(worker.process.pid, 'SIGKILL'));
    });

    assert.deepEqual([...fired].toSorted(), names.toSorted(), 'every alert has fired here');
  },
);
