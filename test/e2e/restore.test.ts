import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Client as TemporalClient, Connection } from '@temporalio/client';
import { run } from '../../local/process.ts';
import { missing } from '../setup/tools.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { startSystemPostgres } from '../support/system-postgres.ts';
import { startTestTemporal, type TestTemporal } from '../support/temporal.ts';
import { expectStatus, imageType, type Client, type Job } from './client.ts';
import { eventually } from './eventually.ts';
import { startJobrunner, startRole, temporaryDataDir } from './jobrunner-process.ts';
import { temporaryFolder } from './tool.ts';

const collectors = ['onlinegc', 'onlinegc_metadata', 'onlinegc_blobs', 'upload_purge', 'gc_audit'];
const roles = 'api,garant,registry,worker';
const waitMs = 120_000;

/** A cron as the API shows it, as far as this looks at it. */
interface CronView {
  readonly name: string;
  readonly isApplied: boolean;
  readonly isPaused: boolean;
}

test(
  'after a restore from a backup, onto a Temporal that is empty, images pull, crons go on, and no job hangs',
  { skip: missing('temporal', 'initdb'), timeout: 600_000 },
  async (t) => {
    const cleanUp = createCleanUp(t);
    const postgres = await startSystemPostgres(cleanUp);
    const start = async (database: string, dataDir: string, temporal: TestTemporal) =>
      startRole(cleanUp, roles, {
        ...secrets,
        DATABASE_URL: postgres.urlOf(database),
        JOBRUNNER_DATA_DIR: dataDir,
        TEMPORAL_ADDRESS: temporal.address,
        TEMPORAL_NAMESPACE: temporal.namespace,
      });
    const secrets = {
      ADMIN_PASSWORD: randomBytes(8).toString('hex'),
      SECRET_KEY: randomBytes(32).toString('hex'),
    };
    const backup = await temporaryFolder(cleanUp);
    const admin = `--maintenance-db=${postgres.urlOf('postgres')}`;

    const [firstDataDir, firstTemporal] = [await temporaryDataDir(cleanUp), await startTestTemporal(cleanUp)];
    await postgres.tool('createdb', admin, 'first');
    const first = await start('first', firstDataDir, firstTemporal);
    const layer = randomBytes(100_000);
    const digest = await first.client.pushImage('admin/app', '1.0', layer);
    await addCrons(first.client);
    const jobs = await addJobs(first.client);
    const { events } = expectStatus(200, await first.client.api<{ events: unknown[] }>('GET', '/events?pageSize=1000'));

    // OPERATIONS.md, "Backup and restore".
    await setCollection(first.client, true);
    await postgres.tool('pg_dump', '--format=custom', `--file=${join(backup, 'database')}`, postgres.urlOf('first'));
    await cp(join(firstDataDir, 'blobs'), join(backup, 'blobs'), { recursive: true });
    await setCollection(first.client, false);
    await first.client.pushImage('admin/app', '2.0');
    await first.process.stop('SIGKILL');
    await firstTemporal.kill();

    const [dataDir, temporal] = [await temporaryDataDir(cleanUp), await startTestTemporal(cleanUp)];
    await postgres.tool('createdb', admin, 'second');
    const target = `--dbname=${postgres.urlOf('second')}`;
    await postgres.tool('pg_restore', '--exit-on-error', target, join(backup, 'database'));
    await cp(join(backup, 'blobs'), join(dataDir, 'blobs'), { recursive: true });
    const { client } = await start('second', dataDir, temporal);

    await t.test('images pull, and what came after the backup is not there', async () => {
      const manifest = await client.registry('GET', '/admin/app/manifests/1.0', { headers: { accept: imageType } });
      assert.equal(expectStatus(200, manifest) && manifest.headers.get('docker-content-digest'), digest);
      const { layers } = JSON.parse(JSON.stringify(manifest.body)) as { layers: { digest: string }[] };
      const token = await client.token('repository:admin/app:pull');
      const blob = await fetch(`${client.baseUrl}/v2/admin/app/blobs/${layers[0]?.digest}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      assert.deepEqual(Buffer.from(await blob.arrayBuffer()), layer);
      assert.equal((await client.registry('GET', '/admin/app/manifests/2.0')).status, 404);
      const kept = expectStatus(200, await client.api<{ events: unknown[] }>('GET', '/events?pageSize=1000')).events;
      assert.ok(kept.length >= events.length, 'the audit is there');
    });

    await t.test('crons are in the new Temporal, paused where they were', async () => {
      await eventually('all crons to be applied', async () =>
        (await listCrons(client)).every((cron) => cron.isApplied),
      );
      const connection = await Connection.connect({ address: temporal.address });
      cleanUp.after(() => connection.close());
      const { schedule } = new TemporalClient({ connection, namespace: temporal.namespace });
      const isPaused = async (name: string) => (await schedule.getHandle(`cron:${name}`).describe()).state.paused;
      assert.deepEqual([await isPaused('nightly'), await isPaused('holidays')], [false, true]);
    });

    await t.test('jobs that ran are marked as lost, and tried again where they had tries left', async () => {
      const lost = await client.waitForJob(jobs.running, ['error'], waitMs);
      assert.match(lost.failure ?? '', /Temporal no longer has the workflow of this job/);
      await client.waitForJob(jobs.retried, ['error'], waitMs);
      const again = await client.waitForJob(`${jobs.retried}~1`, ['running'], waitMs);
      assert.equal(again.action, 'sleep');
      assert.deepEqual((await client.jobLog(jobs.retried)).at(-1)?.['retryJobID'], `${jobs.retried}~1`);
    });

    await t.test('jobs that waited go on waiting, then run; those that had ended are as they were', async () => {
      assert.equal((await client.findJob(jobs.scheduled))?.status, 'waiting');
      assert.equal((await client.findJob(jobs.done))?.status, 'done');
      assert.equal((await client.findJob(jobs.queued))?.status, 'waiting');
      expectStatus(200, await client.api('PATCH', '/queues/analytics_report', { paused: false }));
      await client.waitForJob(jobs.queued, ['done', 'error'], waitMs);
    });

    await t.test('blob store and database agree', async () => {
      await setCollection(client, false);
      const audit = await client.waitForJob(await client.startJob('gc_audit'), ['done'], waitMs);
      const { blobsChecked, blobsDamaged, objectsUnowned } = audit.result ?? {};
      assert.deepEqual([blobsChecked, blobsDamaged, objectsUnowned], [2, 0, 0], JSON.stringify(audit.result));
    });
  },
);

test(
  'a copy of the data folder of a program that was stopped is a backup, also without what Temporal has kept',
  { skip: missing('temporal'), timeout: 300_000 },
  async (t) => {
    const cleanUp = createCleanUp(t);
    const jobrunner = await startJobrunner(cleanUp);
    const { client, dataDir } = jobrunner;
    const digest = await client.pushImage('admin/app', '1.0');
    await addCrons(client);
    const jobId = await client.startJob('sleep', { seconds: '3600' });
    await client.waitForJob(jobId, ['running'], waitMs);
    await jobrunner.process.stop('SIGTERM');

    const copy = join(await temporaryFolder(cleanUp), 'copy');
    const copied = await run('cp', ['-a', dataDir, copy]);
    assert.equal(copied.code, 0, copied.stderr);
    await rm(dataDir, { recursive: true });
    await rm(join(copy, 'temporal'), { recursive: true });
    const restored = await run('cp', ['-a', copy, dataDir]);
    assert.equal(restored.code, 0, restored.stderr);
    await jobrunner.restart();

    const manifest = await client.registry('GET', '/admin/app/manifests/1.0', { headers: { accept: imageType } });
    assert.equal(manifest.headers.get('docker-content-digest'), digest);
    const job = await client.waitForJob(jobId, ['error'], waitMs);
    assert.match(job.failure ?? '', /Temporal no longer has the workflow of this job/);
    await client.waitForJob(await client.startJob('sleep', { seconds: '0' }), ['done'], waitMs);
    const states = (await listCrons(client)).map(({ name, isPaused }) => `${name} ${isPaused}`);
    assert.deepEqual(states.toSorted(), ['holidays true', 'nightly false']);
  },
);

async function addCrons(client: Client): Promise<void> {
  for (const name of ['nightly', 'holidays']) {
    const answer = await client.api('POST', '/crons', { name, action: 'sleep', schedule: '@daily' });
    expectStatus(202, answer);
  }
  expectStatus(202, await client.api('POST', '/crons/holidays/pause', { note: 'until January' }));
  await eventually('all crons to be applied', async () => (await listCrons(client)).every((cron) => cron.isApplied));
}

async function listCrons(client: Client): Promise<CronView[]> {
  return expectStatus(200, await client.api<{ crons: CronView[] }>('GET', '/crons')).crons;
}

/** One job in each state that a backup may find. */
async function addJobs(client: Client) {
  const add = async (fields: Readonly<Record<string, unknown>>): Promise<string> =>
    expectStatus(202, await client.api<Job>('POST', '/jobs', fields)).id;
  const long = { action: 'sleep', parameters: { seconds: '3600' } };
  expectStatus(200, await client.api('PATCH', '/queues/analytics_report', { paused: true }));
  const jobs = {
    done: await client.startJob('sleep', { seconds: '0' }),
    running: await add(long),
    retried: await add({ ...long, retries: 1 }),
    queued: await add({ action: 'analytics_report' }),
    scheduled: await add({ ...long, scheduledAt: new Date(Date.now() + 86_400_000).toISOString() }),
  };
  await client.waitForJob(jobs.done, ['done'], waitMs);
  for (const jobId of [jobs.running, jobs.retried]) await client.waitForJob(jobId, ['running'], waitMs);
  return jobs;
}

/** Nothing that a backup names may be deleted before its bytes are copied. */
async function setCollection(client: Client, paused: boolean): Promise<void> {
  for (const action of collectors) {
    expectStatus(200, await client.api('PATCH', `/queues/${action}`, { paused, note: paused ? 'backup' : '' }));
  }
}
