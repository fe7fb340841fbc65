import {
  ApplicationFailure,
  CancellationScope,
  ContinueAsNew,
  isCancellation,
  TemporalFailure,
  workflowInfo,
  type Next,
  type WorkflowExecuteInput,
  type WorkflowInboundCallsInterceptor,
  type WorkflowInterceptorsFactory,
} from '@temporalio/workflow';
import { localActivities } from './shared/activities.ts';
import { showDetails } from './shared/details.ts';
import type { JobSpec } from '../jobs/records/job-spec.ts';
import { jobFailure } from './shared/failure.ts';
import { recordOptions } from './shared/options.ts';
import { isWaiting, receiveProceeds } from './shared/parking.ts';
import { rootMessage } from './shared/root-message.ts';

const { recordJobQueued, recordJobStart, recordJobEnd } = localActivities(recordOptions);

/**
 * Keeps the job's row in step with its workflow: running when it starts, and how it ended. What a schedule has started
 * waits here to be admitted first. In local activities, so that
 * the record is as durable as the workflow itself, at the price of a marker in its history.
 */
const recordJob: WorkflowInboundCallsInterceptor = {
  async execute(input: WorkflowExecuteInput, next: Next<WorkflowInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    const { workflowId: jobId, runId, continuedFromExecutionRunId, parent } = workflowInfo();
    const job = input.args[0] as JobSpec;
    try {
      if (continuedFromExecutionRunId === undefined) {
        // A child works in the place of its parent.
        const isOwnRun = job.trigger === 'schedule' && parent === undefined;
        if (isOwnRun) await admission(job);
        await CancellationScope.nonCancellable(() => recordJobStart({ jobId, runId, job }));
      }
      const result = await next(input);
      await CancellationScope.nonCancellable(() => recordJobEnd({ jobId, runId, status: 'done', result }));
      showDetails(`**Done.**${describeResult(result)}`);
      return result;
    } catch (error) {
      if (error instanceof ContinueAsNew) throw error;
      const status = isCancellation(error) ? 'cancel' : 'error';
      // What a cancelled part says of itself tells nobody anything.
      const failure = status === 'error' ? rootMessage(error) : undefined;
      const late = await CancellationScope.nonCancellable(() => recordJobEnd({ jobId, runId, status, failure }));
      showDetails(late || status === 'error' ? `**Failed:** ${late ?? failure}` : '**Canceled.**');
      if (late) throw jobFailure('DEADLINE_EXCEEDED', late);
      // Any other error would fail the workflow task, again and again: a job must end.
      throw error instanceof TemporalFailure ? error : ApplicationFailure.fromError(error, { nonRetryable: true });
    }
  },
};

/**
 * Waits until a job that a schedule has started is admitted, as every other is before Temporal hears of it.
 *
 * @throws CancelledFailure where it is cancelled before; ApplicationFailure of type JOB_HAS_ENDED
 */
async function admission(job: JobSpec): Promise<void> {
  const { workflowId: jobId, runId } = workflowInfo();
  showDetails('**Waiting** until there is room for it: `waitingReason` of the job in the API says why.');
  const proceeds = receiveProceeds();
  const parkingId = `${runId}:admission`;
  const queue = () => recordJobQueued({ jobId, runId, job, parkingId });
  if (isWaiting(await CancellationScope.nonCancellable(queue))) await proceeds.waitFor(parkingId, queue, 0);
}

export const interceptors: WorkflowInterceptorsFactory = () => ({ inbound: [recordJob] });

/** What a job gave, for people: its plain fields, a line each. */
function describeResult(result: unknown): string {
  if (typeof result !== 'object' || result === null) return '';
  const lines = Object.entries(result).flatMap(([name, value]) =>
    typeof value === 'object' ? [] : [`- ${name}: ${String(value)}`],
  );
  return lines.length > 0 ? `\n\n${lines.join('\n')}` : '';
}
