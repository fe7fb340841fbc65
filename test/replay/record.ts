// Adds histories to test/replay/histories: runs every scenario that has no file yet against real servers, and writes what
// Temporal recorded. A file that is there is never written again: it stands for a version that somebody may still run.
// Usage: npm run record-histories
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import packageJson from '../../package.json' with { type: 'json' };
import { changeActionQueue } from '../../jobs/queue/action-queues.ts';
import { cancelJob } from '../../jobs/records/commands.ts';
import { pauseJob, resumeJob } from '../../jobs/records/pause.ts';
import { eventually } from '../e2e/eventually.ts';
import { holdReviews } from '../workflows/held-reviews.ts';
import { makeOrphans } from '../workflows/orphans.ts';
import { makeEndedJobs, makeEvents, storeSettings } from '../jobs/histories.ts';
import { makeUntagged } from '../workflows/untagged.ts';
import { makeIdleUploads, makeLeftovers } from '../workflows/idle-uploads.ts';
import { pushEvent, startReceiver, type Receiver } from '../workflows/push-event.ts';
import { startTestDirectory, type TestDirectory } from '../support/slapd.ts';
import { startTestPostgres } from '../support/postgres.ts';
import { taskQueues } from '../../jobs/task-queues.ts';
import { scheduledInput } from '../workflows/scheduled-input.ts';
import { startTestJobrunner, type TestJobrunner } from '../workflows/test-jobrunner.ts';

// Without a cache, a workflow with children waits 10 s for each of their tasks.
const endTimeoutMs = 180_000;
const projectFolder = fileURLToPath(new URL('../../', import.meta.url));

interface Scenario {
  readonly workflowType: string;
  readonly name: string;
  /** Runs it to its end; returns the id of the workflow. */
  readonly run: (jobrunner: TestJobrunner, receiver: Receiver, directory: TestDirectory) => Promise<string>;
}

async function cancelled(jobrunner: TestJobrunner, jobId: string): Promise<string> {
  await cancelJob(jobrunner.pool, jobId, 'tester');
  jobrunner.wakeDispatcher.send();
  return jobId;
}

/** Pauses a running job and lets it go on, each as soon as the one before has happened. */
async function paused(jobrunner: TestJobrunner, jobId: string): Promise<string> {
  await jobrunner.waitFor(jobId, (job) => job.status === 'running');
  await pauseJob(jobrunner.pool, { jobId, requestedBy: 'tester', note: 'backup' });
  jobrunner.wakeDispatcher.send();
  await jobrunner.waitFor(jobId, (job) => job.paused);
  return jobId;
}

async function pausedAndResumed(jobrunner: TestJobrunner, jobId: string): Promise<string> {
  await paused(jobrunner, jobId);
  await resumeJob(jobrunner.pool, { jobId, requestedBy: 'tester', note: '' });
  jobrunner.wakeDispatcher.send();
  return jobId;
}

/** What a schedule starts. */
async function scheduledSleep({ temporal }: TestJobrunner, name: string): Promise<string> {
  const { workflowId } = await temporal.workflow.start('sleep', {
    workflowId: `sleep:${name}`,
    taskQueue: taskQueues.control,
    args: [{ ...scheduledInput('sleep'), parameters: { seconds: '0' } }],
  });
  return workflowId;
}

/** Lets a job fail, for its parameter is nonsense, as if an older version had stored it; gives the one that tries again. */
function retried(workflowType: string, parameter: string): Scenario {
  return {
    workflowType,
    name: 'retried',
    run: async (jobrunner) => {
      const first = await jobrunner.submit(workflowType, { parameters: { [parameter]: 'nonsense' }, retries: 1 });
      return `${first}~1`;
    },
  };
}

const slowReading = { batchSize: '5', maxBytesPerSecond: '640' };

const scenarios: readonly Scenario[] = [
  {
    workflowType: 'sleep',
    name: 'done',
    run: (jobrunner) => jobrunner.submit('sleep', { parameters: { seconds: '1' } }),
  },
  {
    workflowType: 'sleep',
    name: 'cancelled',
    run: async (jobrunner) => {
      const jobId = await jobrunner.submit('sleep', { deadline: '1h', stopTimeout: '1m' });
      await jobrunner.waitFor(jobId, (job) => job.status === 'running');
      return cancelled(jobrunner, jobId);
    },
  },
  {
    workflowType: 'sleep',
    name: 'ended-by-its-deadline',
    run: (jobrunner) => jobrunner.submit('sleep', { parameters: { seconds: '100' }, deadline: '500ms' }),
  },
  {
    workflowType: 'sleep',
    name: 'paused-and-resumed',
    run: async (jobrunner) =>
      pausedAndResumed(jobrunner, await jobrunner.submit('sleep', { parameters: { seconds: '3' } })),
  },
  {
    workflowType: 'sleep',
    name: 'paused-by-update',
    run: async (jobrunner) => {
      const jobId = await jobrunner.submit('sleep', { parameters: { seconds: '3' } });
      await jobrunner.waitFor(jobId, (job) => job.status === 'running');
      const handle = jobrunner.temporal.workflow.getHandle(jobId);
      await handle.executeUpdate('pause', { args: [{ note: 'by hand' }] });
      await jobrunner.waitFor(jobId, (job) => job.paused);
      await handle.executeUpdate('resume');
      return jobId;
    },
  },
  {
    workflowType: 'sleep',
    name: 'paused-and-cancelled',
    run: async (jobrunner) => cancelled(jobrunner, await paused(jobrunner, await jobrunner.submit('sleep'))),
  },
  { workflowType: 'false', name: 'failed', run: (jobrunner) => jobrunner.submit('false', { retries: 1 }) },
  {
    workflowType: 'webhook',
    name: 'delivered',
    run: (jobrunner, receiver) => pushEvent(jobrunner, receiver.url),
  },
  {
    workflowType: 'webhook',
    name: 'delivered-after-retry',
    run: (jobrunner, receiver) => {
      receiver.statuses.push(500, 429);
      return pushEvent(jobrunner, receiver.url);
    },
  },
  {
    workflowType: 'webhook',
    name: 'postponed',
    run: (jobrunner, receiver) => {
      receiver.statuses.push(500, 429);
      return pushEvent(jobrunner, receiver.url);
    },
  },
  {
    workflowType: 'webhook',
    name: 'failed-for-good',
    run: (jobrunner, receiver) => {
      receiver.statuses.push(500, 500, 500, 500);
      return pushEvent(jobrunner, receiver.url);
    },
  },
  {
    workflowType: 'sleep',
    name: 'admitted-run-of-a-cron',
    run: (jobrunner) => scheduledSleep(jobrunner, 'admitted'),
  },
  {
    workflowType: 'sleep',
    name: 'cancelled-run-of-a-cron-that-waits',
    run: async (jobrunner) => {
      await changeActionQueue(jobrunner.pool, 'sleep', { paused: true }, 'tester');
      const jobId = await scheduledSleep(jobrunner, 'cancelled');
      await jobrunner.waitFor(jobId, (job) => job.parkedAt !== null);
      await cancelled(jobrunner, jobId);
      await jobrunner.ended(jobId);
      await changeActionQueue(jobrunner.pool, 'sleep', { paused: false }, 'tester');
      return jobId;
    },
  },
  {
    workflowType: 'webhook',
    name: 'failed-with-a-last-word',
    run: (jobrunner, receiver) => {
      receiver.statuses.push(500, 404);
      return pushEvent(jobrunner, receiver.url);
    },
  },
  {
    workflowType: 'webhook',
    name: 'cancelled-while-it-waits',
    run: async (jobrunner, receiver) => {
      receiver.statuses.push(500);
      const jobId = await pushEvent(jobrunner, receiver.url);
      await jobrunner.waitFor(jobId, (job) => job.parkedAt !== null);
      return cancelled(jobrunner, jobId);
    },
  },
  {
    workflowType: 'webhook',
    name: 'refused',
    run: (jobrunner, receiver) => {
      receiver.statuses.push(404);
      return pushEvent(jobrunner, receiver.url);
    },
  },
  {
    workflowType: 'webhook',
    name: 'cancelled',
    run: async (jobrunner, receiver) => {
      receiver.statuses.push(500, 500, 500, 500);
      const jobId = await pushEvent(jobrunner, receiver.url);
      await jobrunner.waitFor(jobId, (job) => job.status === 'running');
      await cancelled(jobrunner, jobId);
      await jobrunner.ended(jobId);
      receiver.statuses.length = 0;
      return jobId;
    },
  },
  {
    workflowType: 'onlinegc_blobs',
    name: 'paused-and-resumed',
    run: async (jobrunner) => {
      await makeOrphans(jobrunner, 20);
      return pausedAndResumed(jobrunner, await jobrunner.submit('onlinegc_blobs', { parameters: { batchSize: '1' } }));
    },
  },
  {
    workflowType: 'onlinegc_blobs',
    name: 'pausing-in-the-middle-of-a-page',
    run: async (jobrunner) => {
      await makeOrphans(jobrunner, 20);
      const client = await holdReviews(jobrunner.pool);
      try {
        const jobId = await jobrunner.submit('onlinegc_blobs', { parameters: { batchSize: '10' } });
        await jobrunner.waitFor(jobId, (job) => job.status === 'running');
        const handle = jobrunner.temporal.workflow.getHandle(jobId);
        for (const update of ['pause', 'resume', 'pause']) await handle.executeUpdate(update);
        await jobrunner.waitFor(jobId, (job) => job.pausing);
        await client.query('COMMIT');
        await jobrunner.waitFor(jobId, (job) => job.paused);
        await handle.executeUpdate('resume');
        return jobId;
      } finally {
        client.release(true);
      }
    },
  },
  {
    workflowType: 'onlinegc_blobs',
    name: 'paused-and-cancelled',
    run: async (jobrunner) => {
      await makeOrphans(jobrunner, 20);
      const jobId = await jobrunner.submit('onlinegc_blobs', { parameters: { batchSize: '1' } });
      return cancelled(jobrunner, await paused(jobrunner, jobId));
    },
  },
  {
    workflowType: 'upload_purge',
    name: 'paused-and-resumed',
    run: async (jobrunner) => {
      await makeIdleUploads(jobrunner, 20);
      return pausedAndResumed(jobrunner, await jobrunner.submit('upload_purge', { parameters: { batchSize: '1' } }));
    },
  },
  {
    workflowType: 'onlinegc_blobs',
    name: 'dry-run',
    run: async (jobrunner) => {
      await makeOrphans(jobrunner, 25);
      return jobrunner.submit('onlinegc_blobs', { parameters: { dryRun: 'true', batchSize: '10' } });
    },
  },
  {
    workflowType: 'onlinegc_blobs',
    name: 'continued-as-new',
    run: async (jobrunner) => {
      await makeOrphans(jobrunner, 100);
      return jobrunner.submit('onlinegc_blobs', { parameters: { batchSize: '10' } });
    },
  },
  {
    workflowType: 'onlinegc_blobs',
    name: 'cancelled',
    run: async (jobrunner) => {
      await makeOrphans(jobrunner, 200);
      const jobId = await jobrunner.submit('onlinegc_blobs', { parameters: { batchSize: '1' } });
      await jobrunner.waitFor(jobId, (job) => job.progress !== null);
      return cancelled(jobrunner, jobId);
    },
  },
  {
    workflowType: 'onlinegc_blobs',
    name: 'paced',
    run: async (jobrunner) => {
      await makeOrphans(jobrunner, 30);
      const parameters = { batchSize: '10', maxPerSecond: '10', maxDuration: '2s' };
      return jobrunner.submit('onlinegc_blobs', { parameters });
    },
  },
  {
    workflowType: 'onlinegc_metadata',
    name: 'dry-run',
    run: async (jobrunner) => {
      await makeUntagged(jobrunner, 'app', 25);
      return jobrunner.submit('onlinegc_metadata', { parameters: { dryRun: 'true', batchSize: '10' } });
    },
  },
  {
    workflowType: 'onlinegc_metadata',
    name: 'continued-as-new',
    run: async (jobrunner) => {
      await makeUntagged(jobrunner, 'app', 100);
      await makeUntagged(jobrunner, 'gone', 100);
      // Without the job that would otherwise do the work of this one.
      await jobrunner.pool.query(
        `UPDATE registry.repositories SET namespace = NULL, deleted_namespace = namespace, deleted_at = now()
         WHERE name = 'gone'`,
      );
      return jobrunner.submit('onlinegc_metadata', { parameters: { batchSize: '10' } });
    },
  },
  {
    workflowType: 'onlinegc_metadata',
    name: 'cancelled',
    run: async (jobrunner) => {
      await makeUntagged(jobrunner, 'app', 100);
      const parameters = { batchSize: '10', maxPerSecond: '1' };
      const jobId = await jobrunner.submit('onlinegc_metadata', { parameters });
      await jobrunner.waitFor(jobId, (job) => job.progress !== null);
      return cancelled(jobrunner, jobId);
    },
  },
  {
    workflowType: 'gc_audit',
    name: 'continued-as-new',
    run: async (jobrunner) => {
      await makeOrphans(jobrunner, 40);
      return jobrunner.submit('gc_audit', { parameters: { batchSize: '5', repair: 'true' } });
    },
  },
  {
    workflowType: 'gc_audit',
    name: 'cancelled',
    run: async (jobrunner) => {
      await makeOrphans(jobrunner, 10);
      const jobId = await jobrunner.submit('gc_audit', { parameters: { batchSize: '10', maxPerSecond: '1' } });
      await jobrunner.waitFor(jobId, (job) => job.progress !== null);
      return cancelled(jobrunner, jobId);
    },
  },
  {
    workflowType: 'blob_verify',
    name: 'done',
    run: async (jobrunner) => {
      await makeOrphans(jobrunner, 10);
      return jobrunner.submit('blob_verify', { parameters: { batchSize: '10' } });
    },
  },
  {
    workflowType: 'onlinegc',
    name: 'done',
    run: async (jobrunner) => {
      await makeOrphans(jobrunner, 5);
      return jobrunner.submit('onlinegc');
    },
  },
  {
    workflowType: 'onlinegc',
    name: 'paused-and-resumed',
    run: async (jobrunner) => {
      await makeUntagged(jobrunner, 'app', 30);
      const jobId = await jobrunner.submit('onlinegc', { parameters: { batchSize: '10', maxPerSecond: '10' } });
      await jobrunner.waitFor(`${jobId}:onlinegc_metadata`, (job) => job.progress !== null);
      return pausedAndResumed(jobrunner, jobId);
    },
  },
  {
    workflowType: 'onlinegc',
    name: 'by-a-cron',
    run: async ({ pool, temporal }) => {
      await pool.query(
        `INSERT INTO jobs.crons (name, action, schedule, retries, parameters, capacity_map, deadline, stop_timeout,
           requested_by) VALUES ('onlinegc_events', 'onlinegc_events', '@daily', 0, '{}', '{}', '', '', 'admin')`,
      );
      const { workflowId } = await temporal.workflow.start('onlinegc', {
        workflowId: 'onlinegc:by-a-cron',
        taskQueue: taskQueues.control,
        args: [scheduledInput('onlinegc')],
      });
      return workflowId;
    },
  },
  {
    workflowType: 'onlinegc',
    name: 'cancelled',
    run: async (jobrunner) => {
      await makeUntagged(jobrunner, 'app', 100);
      const jobId = await jobrunner.submit('onlinegc', { parameters: { batchSize: '10', maxPerSecond: '1' } });
      await jobrunner.waitFor(`${jobId}:onlinegc_metadata`, (job) => job.progress !== null);
      return cancelled(jobrunner, jobId);
    },
  },
  {
    workflowType: 'upload_purge',
    name: 'dry-run',
    run: async (jobrunner) => {
      await makeIdleUploads(jobrunner, 25);
      return jobrunner.submit('upload_purge', { parameters: { dryRun: 'true', batchSize: '10' } });
    },
  },
  {
    workflowType: 'upload_purge',
    name: 'continued-as-new',
    run: async (jobrunner) => {
      await makeIdleUploads(jobrunner, 60);
      await makeLeftovers(jobrunner, 25);
      return jobrunner.submit('upload_purge', { parameters: { batchSize: '10' } });
    },
  },
  {
    workflowType: 'upload_purge',
    name: 'cancelled',
    run: async (jobrunner) => {
      await makeIdleUploads(jobrunner, 200);
      const jobId = await jobrunner.submit('upload_purge', { parameters: { batchSize: '1' } });
      await jobrunner.waitFor(jobId, (job) => job.progress !== null);
      return cancelled(jobrunner, jobId);
    },
  },
  {
    workflowType: 'ldap_sync',
    name: 'dry-run',
    run: (jobrunner) => jobrunner.submit('ldap_sync', { parameters: { dryRun: 'true' } }),
  },
  { workflowType: 'ldap_sync', name: 'done', run: (jobrunner) => jobrunner.submit('ldap_sync') },
  {
    workflowType: 'ldap_sync',
    name: 'too-many-gone',
    run: async (jobrunner) => {
      // As if the directory had had many more before.
      await jobrunner.pool.query(`WITH gone AS (
          INSERT INTO accounts.accounts (name, is_imported) VALUES ('gone-1', true), ('gone-2', true) RETURNING id
        ) INSERT INTO accounts.external_identities (provider, subject, account_id) SELECT 'ldap', id, id FROM gone`);
      return jobrunner.submit('ldap_sync');
    },
  },
  {
    workflowType: 'analytics_report',
    name: 'sent',
    run: async (jobrunner, receiver) => {
      await storeSettings(jobrunner.pool, { reportAnalytics: true, anonymizeAnalytics: true });
      receiver.statuses.push(503);
      return jobrunner.submit('analytics_report');
    },
  },
  {
    workflowType: 'analytics_report',
    name: 'refused',
    run: async (jobrunner, receiver) => {
      await storeSettings(jobrunner.pool, { reportAnalytics: true });
      receiver.statuses.push(403);
      return jobrunner.submit('analytics_report');
    },
  },
  {
    workflowType: 'onlinegc_joblogs',
    name: 'off',
    run: async (jobrunner) => {
      await jobrunner.pool.query('DELETE FROM jobs.settings');
      return jobrunner.submit('onlinegc_joblogs');
    },
  },
  {
    workflowType: 'onlinegc_joblogs',
    name: 'continued-as-new',
    run: async (jobrunner) => {
      await keepOneJob(jobrunner, 800);
      return jobrunner.submit('onlinegc_joblogs', { parameters: { batchSize: '1' } });
    },
  },
  {
    workflowType: 'onlinegc_joblogs',
    name: 'cancelled',
    run: async (jobrunner) => {
      await keepOneJob(jobrunner, 20_000);
      const jobId = await jobrunner.submit('onlinegc_joblogs', { parameters: { batchSize: '1' } });
      await jobrunner.waitFor(jobId, (job) => job.progress !== null);
      return cancelled(jobrunner, jobId);
    },
  },
  {
    workflowType: 'onlinegc_events',
    name: 'dry-run',
    run: async (jobrunner) => {
      await keepOneEvent(jobrunner, 250);
      return jobrunner.submit('onlinegc_events', { parameters: { dryRun: 'true', batchSize: '1' } });
    },
  },
  {
    workflowType: 'onlinegc_events',
    name: 'done',
    run: async (jobrunner) => {
      await keepOneEvent(jobrunner, 250);
      return jobrunner.submit('onlinegc_events', { parameters: { batchSize: '1' } });
    },
  },
  retried('sleep', 'seconds'),
  retried('false', 'none'),
  retried('gc_audit', 'batchSize'),
  retried('blob_verify', 'batchSize'),
  retried('onlinegc', 'dryRun'),
  retried('onlinegc_blobs', 'batchSize'),
  retried('onlinegc_events', 'batchSize'),
  retried('onlinegc_joblogs', 'batchSize'),
  retried('onlinegc_metadata', 'batchSize'),
  retried('upload_purge', 'batchSize'),
  retried('ldap_sync', 'dryRun'),
  {
    workflowType: 'analytics_report',
    name: 'retried',
    run: async (jobrunner, receiver) => {
      await storeSettings(jobrunner.pool, { reportAnalytics: true });
      receiver.statuses.push(403);
      return `${await jobrunner.submit('analytics_report', { retries: 1 })}~1`;
    },
  },
  {
    workflowType: 'webhook',
    name: 'retried',
    run: async (jobrunner, receiver) => {
      const { parameters } = await jobrunner.ended(await pushEvent(jobrunner, receiver.url));
      receiver.statuses.push(404);
      return `${await jobrunner.submit('webhook', { parameters, retries: 1 })}~1`;
    },
  },
  {
    workflowType: 'analytics_report',
    name: 'cancelled',
    run: async (jobrunner, receiver) => {
      await storeSettings(jobrunner.pool, { reportAnalytics: true });
      const before = receiver.requests.length;
      receiver.statuses.push(503);
      const jobId = await jobrunner.submit('analytics_report');
      await eventually('the first attempt', () => receiver.requests.length > before);
      return cancelled(jobrunner, jobId);
    },
  },
  {
    workflowType: 'ldap_sync',
    name: 'cancelled',
    run: async (jobrunner, _receiver, directory) => {
      await directory.freeze();
      const jobId = await jobrunner.submit('ldap_sync');
      await jobrunner.waitFor(jobId, (job) => job.status === 'running');
      await cancelled(jobrunner, jobId);
      await jobrunner.ended(jobId);
      directory.thaw();
      return jobId;
    },
  },
  {
    workflowType: 'blob_verify',
    name: 'continued-as-new',
    run: async (jobrunner) => {
      await makeOrphans(jobrunner, 40);
      return jobrunner.submit('blob_verify', { parameters: { batchSize: '5' } });
    },
  },
  {
    workflowType: 'blob_verify',
    name: 'cancelled',
    run: async (jobrunner) => {
      await makeOrphans(jobrunner, 40);
      const jobId = await jobrunner.submit('blob_verify', { parameters: slowReading });
      await jobrunner.waitFor(jobId, (job) => job.progress !== null);
      return cancelled(jobrunner, jobId);
    },
  },
  {
    workflowType: 'blob_verify',
    name: 'paused-and-resumed',
    run: async (jobrunner) => {
      await makeOrphans(jobrunner, 40);
      return pausedAndResumed(jobrunner, await jobrunner.submit('blob_verify', { parameters: slowReading }));
    },
  },
  {
    workflowType: 'gc_audit',
    name: 'paused-and-resumed',
    run: async (jobrunner) => {
      await makeOrphans(jobrunner, 40);
      const parameters = { batchSize: '10', maxPerSecond: '50' };
      return pausedAndResumed(jobrunner, await jobrunner.submit('gc_audit', { parameters }));
    },
  },
  {
    workflowType: 'onlinegc',
    name: 'paused-and-resumed',
    run: async (jobrunner) => {
      await makeUntagged(jobrunner, 'app', 40);
      const parameters = { batchSize: '10', maxPerSecond: '10' };
      return pausedAndResumed(jobrunner, await jobrunner.submit('onlinegc', { parameters }));
    },
  },
  {
    workflowType: 'onlinegc_metadata',
    name: 'paused-and-resumed',
    run: async (jobrunner) => {
      await makeUntagged(jobrunner, 'app', 60);
      const parameters = { batchSize: '10', maxPerSecond: '10' };
      return pausedAndResumed(jobrunner, await jobrunner.submit('onlinegc_metadata', { parameters }));
    },
  },
  {
    workflowType: 'onlinegc_joblogs',
    name: 'paused-and-resumed',
    run: async (jobrunner) => {
      await keepOneJob(jobrunner, 1_200);
      return pausedAndResumed(
        jobrunner,
        await jobrunner.submit('onlinegc_joblogs', { parameters: { batchSize: '1' } }),
      );
    },
  },
  {
    workflowType: 'onlinegc_events',
    name: 'paused-and-resumed',
    run: async (jobrunner) => {
      await keepOneEvent(jobrunner, 1_200);
      return pausedAndResumed(jobrunner, await jobrunner.submit('onlinegc_events', { parameters: { batchSize: '1' } }));
    },
  },
  {
    workflowType: 'onlinegc_events',
    name: 'continued-as-new',
    run: async (jobrunner) => {
      await keepOneEvent(jobrunner, 1_200);
      return jobrunner.submit('onlinegc_events', { parameters: { batchSize: '1' } });
    },
  },
  {
    workflowType: 'onlinegc_events',
    name: 'cancelled',
    run: async (jobrunner) => {
      await keepOneEvent(jobrunner, 20_000);
      const jobId = await jobrunner.submit('onlinegc_events', { parameters: { batchSize: '1' } });
      await jobrunner.waitFor(jobId, (job) => job.progress !== null);
      return cancelled(jobrunner, jobId);
    },
  },
];

async function keepOneJob({ pool }: TestJobrunner, count: number): Promise<void> {
  await pool.query('DELETE FROM jobs.jobs WHERE ended_at IS NOT NULL');
  await makeEndedJobs(pool, { count, lines: 1 });
  await storeSettings(pool, { jobHistoryCompactionEnabled: true, jobHistoryToKeep: 1 });
}

async function keepOneEvent({ pool }: TestJobrunner, count: number): Promise<void> {
  await pool.query('DELETE FROM registry.events');
  await makeEvents(pool, count);
  await storeSettings(pool, { repoEventHistoryCompactionEnabled: true, repoEventHistoryToKeep: 1 });
}

/** Every run of a workflow, the first first. */
async function runIds({ temporal, pool }: TestJobrunner, jobId: string): Promise<string[]> {
  const { rows } = await pool.query<{ runId: string }>('SELECT run_id AS "runId" FROM jobs.jobs WHERE id = $1', [
    jobId,
  ]);
  const ids: string[] = [];
  for (let runId: string | undefined = rows[0]?.runId; runId;) {
    ids.push(runId);
    const { events } = await temporal.workflow.getHandle(jobId, runId).fetchHistory();
    runId = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined;
  }
  return ids;
}

async function record(
  jobrunner: TestJobrunner,
  receiver: Receiver,
  directory: TestDirectory,
  scenario: Scenario,
): Promise<void> {
  const folder = new URL(`./histories/${scenario.workflowType}/`, import.meta.url);
  const file = (run: number) => new URL(`${scenario.name}.${run}_${packageJson.version}.json`, folder);
  if (existsSync(file(1))) return;
  const jobId = await scenario.run(jobrunner, receiver, directory);
  await jobrunner.waitFor(jobId, ({ endedAt }) => endedAt !== null, endTimeoutMs);
  // The row ends a moment before the workflow does.
  await jobrunner.temporal.workflow
    .getHandle(jobId)
    .result()
    .catch(() => undefined);
  await mkdir(folder, { recursive: true });
  for (const [index, runId] of (await runIds(jobrunner, jobId)).entries()) {
    const history = await jobrunner.temporal.workflow.getHandle(jobId, runId).fetchHistory();
    // Stack traces name the folder of whoever records.
    const json = historyToJSON(history).replaceAll(projectFolder, '');
    await writeFile(file(index + 1), `${json}\n`, { flag: 'wx' });
    console.log(`${scenario.workflowType} ${scenario.name}, run ${index + 1}: ${history.events?.length} events`);
  }
}

await using cleanUp = new AsyncDisposableStack();
// Its own, which ends when the recording does.
const postgres = await startTestPostgres();
cleanUp.defer(() => postgres.stop());
process.env['TEST_POSTGRES_URL'] = postgres.url;
const t = { after: (close: unknown) => cleanUp.defer(() => (close as () => Promise<void>)()) };
const receiver = await startReceiver(t);
const directory = await startTestDirectory(t);
const jobrunner = await startTestJobrunner(t, {
  settings: ['limit.historyCount.suggestContinueAsNew=40'],
  analyticsUrl: receiver.url,
  ldap: directory.config,
  // Of parents with children; what is recorded is the same, and the replay test looks for nondeterminism.
  isCaching: true,
});
for (const scenario of scenarios) await record(jobrunner, receiver, directory, scenario);
