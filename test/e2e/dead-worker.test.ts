import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signal } from '../../local/process.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { startTestTemporal } from '../support/temporal.ts';
import type { Client } from './client.ts';
import { eventually } from './eventually.ts';
import { startRole, temporaryDataDir } from './jobrunner-process.ts';
import { servicesEnv } from './services-env.ts';

interface WorkerView {
  readonly id: string;
  readonly status: string;
  readonly deployment: string;
  readonly roles: readonly string[];
  readonly slots: readonly { readonly free: number }[];
}

async function workersOf(client: Client): Promise<readonly WorkerView[]> {
  return (await client.api<{ workers: WorkerView[] }>('GET', '/workers')).body.workers;
}

async function statuses(client: Client): Promise<string[]> {
  return (await workersOf(client)).map(({ deployment, status }) => `${deployment} ${status}`).toSorted();
}

test(
  'a worker that is killed is seen to be dead, and its job goes on with another; one that stops says so',
  { timeout: 300_000 },
  async (t) => {
    const cleanUp = createCleanUp(t);
    const dataDir = await temporaryDataDir(cleanUp);
    const { url } = await createTestDatabase(cleanUp);
    const temporal = await startTestTemporal(cleanUp);
    const settings = {
      ...servicesEnv({ databaseUrl: url, dataDir, temporal }),
      HTTP_PROCESSES: '1',
    };
    const api = await startRole(cleanUp, 'api,garant', settings);
    const first = await startRole(cleanUp, 'worker', { ...settings, JOBRUNNER_DEPLOYMENT: 'first' });
    const jobId = await api.client.startJob('sleep', { seconds: '40' });
    await api.client.waitForJob(jobId, ['running']);
    const { workerID } = (await api.client.findJob(jobId)) ?? {};
    const second = await startRole(cleanUp, 'worker', { ...settings, JOBRUNNER_DEPLOYMENT: 'second' });
    await eventually('both to be listed', async () => (await statuses(api.client)).length === 2);
    assert.deepEqual(await statuses(api.client), ['first running', 'second running']);
    assert.ok((await workersOf(api.client)).every(({ id }) => id.length > 0));

    const killedAtMs = Date.now();
    signal(first.process.pid, 'SIGKILL');
    const noticed = await eventually(
      'the dead worker to be noticed',
      async () => {
        const log = await api.client.jobLog(jobId);
        return log.find(({ msg, workerID: id }) => msg === 'worker_dead' && id === workerID);
      },
      { timeoutMs: 120_000, intervalMs: 500 },
    );
    const noticedMs = Date.parse(String(noticed['time'])) - killedAtMs;
    // 25 s where nothing else keeps the machine busy.
    assert.ok(noticedMs < 60_000, `it took ${noticedMs} ms`);
    assert.deepEqual(await statuses(api.client), ['first dead', 'second running']);

    const job = await api.client.waitForJob(jobId, ['done'], 120_000);
    const survivor = (await workersOf(api.client)).find(({ deployment }) => deployment === 'second');
    assert.equal(job.workerID, survivor?.id, 'the job names the worker that has ended it');
    assert.deepEqual(
      (await api.client.jobLog(jobId)).map(({ msg }) => msg),
      ['started', 'worker_dead', 'done'],
    );
    const metrics = await (await fetch(second.metricsUrl)).text();
    assert.match(metrics, /^jobrunner_jobs_ended_total\{action="sleep",status="done"\} 1$/m);
    assert.match(metrics, /^jobrunner_workers\{deployment="first",status="dead"\} 1$/m);

    assert.deepEqual(await second.process.stop('SIGTERM'), { code: 0, signal: null });
    assert.deepEqual(await statuses(api.client), ['first dead', 'second stopped']);
  },
);
