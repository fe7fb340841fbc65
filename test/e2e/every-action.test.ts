// What every action has to be able to do, for each of the catalogue: a new one without an entry in the table fails here.
// Processes, servers and receivers are real.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { Client as TemporalClient, Connection } from '@temporalio/client';
import { actions, findAction, type ActionName } from '../../jobs/actions/catalogue.ts';
import { enqueueJobs } from '../../jobs/records/enqueue.ts';
import { createFilesystemBlobStore } from '../../registry/store/filesystem-blob-store.ts';
import { newJob } from '../jobs/test-jobs.ts';
import { storeSettings } from '../jobs/histories.ts';
import { missing } from '../setup/tools.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { startTestDirectory } from '../support/slapd.ts';
import { startTestTemporal } from '../support/temporal.ts';
import { actionCases, keptFor, type ActionCase, type Stage } from './action-table.ts';
import { expectStatus, type Job } from './client.ts';
import { eventually } from './eventually.ts';
import { startRole, temporaryDataDir } from './jobrunner-process.ts';
import { startWebhookReceiver } from './webhook-receiver.ts';
import { servicesEnv } from './services-env.ts';

interface JobView extends Job {
  readonly trigger: string;
  readonly requestedBy: string;
  readonly cron: string;
  readonly retryFromID: string;
  readonly retriesLeft: number;
  readonly retriesTotal: number;
}

const endTimeoutMs = 120_000;
const slowMs = 15_000;
const finalMessages: Readonly<Record<string, string>> = { done: 'done', error: 'failed', cancel: 'canceled' };

test('every action is in the table', () => {
  assert.deepEqual(Object.keys(actionCases).toSorted(), actions.map(({ name }) => name).toSorted());
  for (const { name, startedBy } of actions) {
    assert.equal(actionCases[name].event !== undefined, startedBy.includes('event'), `${name}: event`);
  }
});

test(
  'every action is started in every way, cancelled, tried again, and taken over from a worker that is killed',
  { skip: missing('temporal', 'slapd', 'openssl'), timeout: 540_000 },
  async (t) => {
    const cleanUp = createCleanUp(t);
    const dataDir = await temporaryDataDir(cleanUp);
    const { url, pool } = await createTestDatabase(cleanUp);
    const temporalServer = await startTestTemporal(cleanUp);
    const directory = await startTestDirectory(cleanUp);
    const receiver = await startWebhookReceiver(cleanUp);
    const mood: Stage['mood'] = { is: 'well' };
    receiver.answerWith(() => ({
      status: mood.is === 'refusing' ? 404 : 200,
      delayMs: mood.is === 'slow' ? slowMs : 0,
    }));
    const env = {
      ...servicesEnv({ databaseUrl: url, dataDir, temporal: temporalServer }),
      HTTP_PROCESSES: '1',
      ANALYTICS_URL: new URL('/reports', receiver.url).href,
      LDAP_URL: directory.config.url,
      LDAP_BIND_DN: directory.config.bindDn ?? '',
      LDAP_BIND_PASSWORD: directory.config.bindPassword ?? '',
      LDAP_USER_BASE_DN: directory.config.userBaseDn,
    };
    const { client } = await startRole(cleanUp, 'api,garant,registry', env);
    let worker = await startRole(cleanUp, 'worker', env);
    const connection = await Connection.connect({ address: temporalServer.address });
    cleanUp.after(() => connection.close());
    const temporal = new TemporalClient({ connection, namespace: temporalServer.namespace });
    await storeSettings(pool, {
      reportAnalytics: true,
      jobHistoryCompactionEnabled: true,
      jobHistoryMaxAge: keptFor,
      repoEventHistoryCompactionEnabled: true,
      repoEventHistoryMaxAge: keptFor,
    });
    await client.pushImage('admin/told', 'first');
    await client.subscribe('TAG_PUSH', 'admin/told', receiver.url);
    const blobsPath = join(dataDir, 'blobs');
    const blobStore = await createFilesystemBlobStore({ rootPath: blobsPath });
    const stage: Stage = { client, pool, blobStore, blobsPath, directory, receiver, mood };
    const cases = Object.entries(actionCases) as [ActionName, ActionCase][];

    const start = async (action: string, fields: object): Promise<string> =>
      expectStatus(202, await client.api<Job>('POST', '/jobs', { action, ...fields })).id;
    const jobOf = async (jobId: string): Promise<JobView> =>
      (await client.waitForJob(jobId, ['done', 'error', 'cancel'], endTimeoutMs)) as JobView;
    const messages = async (jobId: string) => (await client.jobLog(jobId)).map(({ msg }) => msg);

    /** The record and the log of a job that has run to its end. */
    async function assertRecord(jobId: string, wanted: { status: string; trigger: string }): Promise<JobView> {
      const job = await jobOf(jobId);
      const context = `${jobId}: ${JSON.stringify(job)}`;
      assert.deepEqual([job.status, job.trigger], [wanted.status, wanted.trigger], context);
      assert.notEqual(job.workerID, '', context);
      if (wanted.status === 'done') assert.deepEqual([job.failure, typeof job.result], [null, 'object'], context);
      else assert.equal(Boolean(job.failure), wanted.status === 'error', context);
      const log = await messages(jobId);
      assert.equal(log[0], 'started', context);
      const last = finalMessages[job.status];
      assert.equal(log.at(-1), last, `${context} ${log.join()}`);
      assert.equal(log.filter((msg) => msg === 'started' || msg === last).length, 2, `${context} ${log.join()}`);
      return job;
    }

    const isHalfWay = (jobId: string, { isHalfWay: ask }: ActionCase): Promise<unknown> =>
      eventually(
        `${jobId} to be half way`,
        async () => {
          if (ask) return ask(stage, jobId);
          const { rowCount } = await pool.query('SELECT FROM jobs.jobs WHERE id = $1 AND progress IS NOT NULL', [
            jobId,
          ]);
          return rowCount === 1;
        },
        { timeoutMs: endTimeoutMs },
      );

    for (const [action, { quick, end, event }] of cases) {
      const status = end ?? 'done';
      await t.test(`${action}: by the API, by its cron, by an event`, async () => {
        const parameters = (await quick?.(stage)) ?? {};
        const started = await assertRecord(await start(action, { parameters }), { status, trigger: 'api' });
        assert.deepEqual([started.requestedBy, started.action], ['admin', action]);
        const cron = { action, schedule: '@yearly', parameters };
        if (findAction(action)?.startedBy.includes('schedule')) {
          expectStatus(202, await client.api('POST', '/crons', cron));
          const trigger = await client.api<Job>('POST', `/crons/${action}/trigger`);
          const triggered = await assertRecord(expectStatus(202, trigger).id, { status, trigger: 'api' });
          assert.equal(triggered.cron, action);
          await eventually('the cron to be in Temporal', async () => {
            const { body } = await client.api<{ isApplied: boolean }>('GET', `/crons/${action}`);
            return body.isApplied;
          });
          // What the schedule itself does when it is due.
          await temporal.schedule.getHandle(`cron:${action}`).trigger();
          const due = await eventually('the job of the schedule', async () => {
            const { body } = await client.api<{ jobs: JobView[] }>('GET', `/jobs?action=${action}&trigger=schedule`);
            // Those that onlinegc makes in turn are no runs of a cron.
            return body.jobs.find((job) => job.cron !== '');
          });
          assert.equal((await assertRecord(due.id, { status, trigger: 'schedule' })).cron, action);
          const { body } = await client.api<{ lastRuns: { jobID: string }[] }>('GET', `/crons/${action}`);
          assert.deepEqual(body.lastRuns.map(({ jobID }) => jobID).toSorted(), [triggered.id, due.id].toSorted());
        } else {
          assert.equal((await client.api('POST', '/crons', cron)).status, 400);
        }
        if (event) await assertRecord(await event(stage), { status, trigger: 'event' });
      });
    }

    for (const [action, { failure }] of cases) {
      await t.test(`${action}: fails, and is tried again as a new job`, async () => {
        mood.is = failure === 'refusing' ? 'refusing' : 'well';
        const [name = ''] = Object.keys(findAction(action)?.parameters ?? {});
        const first = `${action}:wrong`;
        const parameters: Record<string, string> = failure ? {} : { [name]: 'nonsense' };
        await enqueueJobs(pool, [newJob({ id: first, action, parameters, retriesLeft: 1, retriesTotal: 1 })]);
        const failed = await assertRecord(first, { status: 'error', trigger: 'api' });
        assert.equal((await client.jobLog(first)).at(-1)?.['retryJobID'], `${first}~1`);
        const again = await assertRecord(`${first}~1`, { status: 'error', trigger: 'retry' });
        assert.deepEqual([failed.retriesLeft, failed.retriesTotal], [1, 1]);
        assert.deepEqual([again.retryFromID, again.retriesLeft, again.retriesTotal], [first, 0, 1]);
        mood.is = 'well';
      });
    }

    for (const [action, actionCase] of cases) {
      await t.test(`${action}: is cancelled`, async () => {
        if (!actionCase.long) {
          const jobId = await start(action, { scheduledAt: new Date(Date.now() + 3_600_000).toISOString() });
          expectStatus(204, await client.api('POST', `/jobs/${encodeURIComponent(jobId)}/cancel`));
          assert.equal((await jobOf(jobId)).status, 'cancel');
          assert.deepEqual(await messages(jobId), ['cancel requested', 'canceled']);
          return;
        }
        mood.is = 'slow';
        const jobId = await start(action, { parameters: await actionCase.long(stage) });
        await isHalfWay(jobId, actionCase);
        expectStatus(204, await client.api('POST', `/jobs/${encodeURIComponent(jobId)}/cancel`));
        await assertRecord(jobId, { status: 'cancel', trigger: 'api' });
        assert.ok((await messages(jobId)).includes('cancel requested'));
        await eventually('the workflow to be cancelled', async () => {
          const { status } = await temporal.workflow.getHandle(jobId).describe();
          return status.name === 'CANCELLED';
        });
        mood.is = 'well';
        directory.thaw();
      });
    }

    await t.test('all of them: the worker is killed half way, and another one goes on', async (t) => {
      mood.is = 'slow';
      const jobIds = new Map<ActionName, string>();
      for (const [action, { long }] of cases) {
        if (long) jobIds.set(action, await start(action, { parameters: await long(stage) }));
      }
      for (const [action, jobId] of jobIds) await isHalfWay(jobId, actionCases[action]);
      await worker.process.stop('SIGKILL');
      const before = await Promise.all([...jobIds.values()].map((jobId) => client.findJob(jobId)));
      const over = before.filter((job) => job?.status !== 'running').map((job) => job?.id);
      t.diagnostic(`ended before the worker was killed: ${over.join() || 'none'}`);
      mood.is = 'well';
      directory.thaw();
      // Those that no job of is long enough wait for the next worker.
      for (const [action, { long }] of cases) if (!long) jobIds.set(action, await start(action, {}));
      worker = await startRole(cleanUp, 'worker', env);
      const { workers } = (await client.api<{ workers: { id: string; status: string }[] }>('GET', '/workers')).body;
      for (const [action, jobId] of jobIds) {
        await t.test(action, async () => {
          const { id, workerID } = await assertRecord(jobId, {
            status: actionCases[action].end ?? 'done',
            trigger: 'api',
          });
          // An action without activities is not claimed by the next worker before its end.
          if (!over.includes(id))
            assert.ok(
              workers.some((one) => one.id === workerID),
              workerID,
            );
        });
      }
      assert.ok(over.length <= 2, 'most were half way');
    });
  },
);
