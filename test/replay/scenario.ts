import { cancelJob } from '../../jobs/records/commands.ts';
import { pauseJob, resumeJob } from '../../jobs/records/pause.ts';
import type { TestDirectory } from '../support/slapd.ts';
import type { Receiver } from '../workflows/push-event.ts';
import type { TestJobrunner } from '../workflows/test-jobrunner.ts';

/** What a scenario plays on: real servers, and a database and a blob store that nothing else has used. */
export interface ScenarioStage {
  readonly jobrunner: TestJobrunner;
  /** Where webhooks and reports go. */
  readonly receiver: Receiver;
  readonly directory: TestDirectory;
}

/** Brings a workflow about; gives its id. It has ended, or ends soon. */
export type Scenario = (stage: ScenarioStage) => Promise<string>;

/** What may become of the jobs of an action, by the name of the file that has the history of it. */
export type Scenarios = Readonly<Record<string, Scenario>>;

/** Cancels a job; gives its id. */
export async function cancelled({ pool, wakeDispatcher }: TestJobrunner, jobId: string): Promise<string> {
  await cancelJob(pool, jobId, 'tester');
  wakeDispatcher.send();
  return jobId;
}

/** Cancels a job as soon as it shows progress; gives its id. */
export async function cancelledHalfWay(jobrunner: TestJobrunner, jobId: string): Promise<string> {
  await jobrunner.waitFor(jobId, (job) => job.progress !== null);
  return cancelled(jobrunner, jobId);
}

/** Pauses a job as soon as it runs, and waits until it is paused; gives its id. */
export async function paused(jobrunner: TestJobrunner, jobId: string): Promise<string> {
  await jobrunner.waitFor(jobId, (job) => job.status === 'running');
  await pauseJob(jobrunner.pool, { jobId, requestedBy: 'tester', note: 'backup' });
  jobrunner.wakeDispatcher.send();
  await jobrunner.waitFor(jobId, (job) => job.paused);
  return jobId;
}

/** Pauses a running job and lets it go on, each as soon as the one before has happened; gives its id. */
export async function pausedAndResumed(jobrunner: TestJobrunner, jobId: string): Promise<string> {
  await paused(jobrunner, jobId);
  await resumeJob(jobrunner.pool, { jobId, requestedBy: 'tester', note: '' });
  jobrunner.wakeDispatcher.send();
  return jobId;
}

/** Lets a job fail, because its parameter is nonsense, and gives the one that tries again. */
export function retried(action: string, parameter: string): Scenario {
  return async ({ jobrunner }) =>
    `${await jobrunner.submit(action, { parameters: { [parameter]: 'nonsense' }, retries: 1 })}~1`;
}
