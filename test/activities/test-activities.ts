import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import type pg from 'pg';
import { createJobLog, type JobLog } from '../../activities/job-log.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { addJob } from '../jobs/test-jobs.ts';

// Failures are what the tests are about; as warnings they would only bury their output.
const logger = new DefaultLogger('ERROR');

/** A job whose activities a test runs. */
export interface TestJob {
  readonly id: string;
  readonly pool: pg.Pool;
  readonly jobLog: JobLog;
  /** How often whoever follows the log was woken. */
  readonly wakeUps: () => number;
  /** What an activity of this job runs in; `heartbeatDetails` are those of the attempt before. */
  readonly environment: (attempt?: number, heartbeatDetails?: unknown) => MockActivityEnvironment;
}

/** Makes a job with the account `admin` in a fresh database. */
export async function startJob(t: TestContext, action: string): Promise<TestJob> {
  const { pool } = await createTestDatabase(t);
  await pool.query(`INSERT INTO accounts.accounts (name) VALUES ('admin')`);
  const id = await addJob(pool, { action });
  let wakeUps = 0;
  return {
    id,
    pool,
    jobLog: createJobLog(pool, { send: () => void wakeUps++ }),
    wakeUps: () => wakeUps,
    environment: (attempt = 1, heartbeatDetails?: unknown) =>
      new MockActivityEnvironment(
        { attempt, heartbeatDetails, workflowExecution: { workflowId: id, runId: 'run' } },
        { logger },
      ),
  };
}

/** Runs an activity, with its types, which MockActivityEnvironment cannot infer. */
export function runIn<T>(environment: MockActivityEnvironment, activity: () => Promise<T>): Promise<T> {
  return environment.run<[], T, () => Promise<T>>(activity);
}

/** A folder of one test. */
export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'jobrunner-activities-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
