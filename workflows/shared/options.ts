import type { FailureCode } from '../../errors/failure-code.ts';
import type { ActivityOptions, LocalActivityOptions } from '@temporalio/workflow';
import { taskQueues } from '../../jobs/task-queues.ts';

/** Writing a job's own row: short, and worth a long wait for a database that is away. */
export const recordOptions = {
  startToCloseTimeout: '10 seconds',
  scheduleToCloseTimeout: '1 day',
  retry: { initialInterval: '200 ms', maximumInterval: '10 seconds' },
} as const satisfies LocalActivityOptions;

// The time is the limit, and `maximumAttempts` is as many as fit into it when each fails at once: Temporal shows people that
// number beside that of the attempt, and would show no limit otherwise.
const forADay = { initialInterval: '1 second', maximumInterval: '30 seconds', maximumAttempts: 2_885 } as const;

/** What does not pass by itself soon enough to wait for. */
const notTriedAgain: FailureCode[] = ['REGISTRY_READ_ONLY'];

/**
 * One page of a work list. Tried again until it succeeds, for every page is idempotent, but not while the registry is
 * read-only.
 */
export const pageOptions = {
  taskQueue: taskQueues.maintenance,
  startToCloseTimeout: '5 minutes',
  scheduleToCloseTimeout: '1 day',
  heartbeatTimeout: '15 seconds',
  retry: { ...forADay, nonRetryableErrorTypes: notTriedAgain },
} as const satisfies ActivityOptions;

/**
 * A listing of somebody else's server that cannot be taken up where it was left: all of it in one activity. Tried again
 * for some minutes, which a server may be away.
 */
export const listingOptions = {
  taskQueue: taskQueues.maintenance,
  startToCloseTimeout: '2 hours',
  scheduleToCloseTimeout: '4 hours',
  heartbeatTimeout: '15 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute', maximumAttempts: 10 },
} as const satisfies ActivityOptions;

/** One report to a server that may be away for a while. */
export const reportOptions = {
  taskQueue: taskQueues.webhook,
  startToCloseTimeout: '90 seconds',
  scheduleToCloseTimeout: '1 hour',
  heartbeatTimeout: '15 seconds',
  retry: { initialInterval: '5 seconds', backoffCoefficient: 4, maximumAttempts: 5 },
} as const satisfies ActivityOptions;

/** Reading blobs, one of which may take hours at a limited rate. */
export const readOptions = {
  ...pageOptions,
  startToCloseTimeout: '12 hours',
} as const satisfies ActivityOptions;

/**
 * One attempt to deliver one webhook: its minute, and what our own part may take. The policy is for what is no receiver's
 * fault, such as a database that is away.
 */
export const webhookOptions = {
  taskQueue: taskQueues.webhook,
  startToCloseTimeout: '90 seconds',
  scheduleToCloseTimeout: '1 day',
  heartbeatTimeout: '15 seconds',
  // Of our own failures: those of a receiver are the workflow's to count.
  retry: forADay,
} as const satisfies ActivityOptions;
