import {
  ApplicationFailure,
  CancellationScope,
  ContinueAsNew,
  isCancellation,
  proxyLocalActivities,
  TemporalFailure,
  workflowInfo,
  type Next,
  type WorkflowExecuteInput,
  type WorkflowInboundCallsInterceptor,
  type WorkflowInterceptorsFactory,
} from '@temporalio/workflow';
import type { JobRecordActivities } from '../activities/job-record.ts';
import type { JobInput } from './shared/job-input.ts';
import { recordOptions } from './shared/options.ts';

const { recordJobStart, recordJobEnd } = proxyLocalActivities<JobRecordActivities>(recordOptions);

/**
 * Keeps the job's row in step with its workflow: running when it starts, and how it ended. In local activities, so that
 * the record is as durable as the workflow itself, at the price of a marker in its history.
 */
const recordJob: WorkflowInboundCallsInterceptor = {
  async execute(input: WorkflowExecuteInput, next: Next<WorkflowInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    const { workflowId: jobId, runId, continuedFromExecutionRunId } = workflowInfo();
    const job = input.args[0] as JobInput;
    if (continuedFromExecutionRunId === undefined) {
      await CancellationScope.nonCancellable(() => recordJobStart({ jobId, runId, job }));
    }
    try {
      const result = await next(input);
      await CancellationScope.nonCancellable(() => recordJobEnd({ jobId, status: 'done', result }));
      return result;
    } catch (error) {
      if (error instanceof ContinueAsNew) throw error;
      const status = isCancellation(error) ? 'cancel' : 'error';
      // What a cancelled part says of itself tells nobody anything.
      const failure = status === 'error' ? rootMessage(error) : undefined;
      await CancellationScope.nonCancellable(() => recordJobEnd({ jobId, status, failure }));
      // Any other error would fail the workflow task, again and again: a job must end.
      throw error instanceof TemporalFailure ? error : ApplicationFailure.fromError(error, { nonRetryable: true });
    }
  },
};

export const interceptors: WorkflowInterceptorsFactory = () => ({ inbound: [recordJob] });

/** Temporal wraps what an activity threw; people want to read the innermost message. */
function rootMessage(error: unknown): string {
  let current = error;
  while (current instanceof TemporalFailure && current.cause instanceof Error) current = current.cause;
  return current instanceof Error ? current.message : String(current);
}
