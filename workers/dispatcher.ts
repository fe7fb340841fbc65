import {
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type Client,
} from '@temporalio/client';
import type pg from 'pg';
import type { Listener } from '../database/listener.ts';
import { withTransaction } from '../database/transaction.ts';
import { createAdmissions, findOutboxWork } from '../jobs/queue/admission.ts';
import { deleteOrders, type OrderRow, postponeOrder, takeOrders } from '../jobs/queue/orders.ts';
import { findAction } from '../jobs/actions/catalogue.ts';
import { passDeadlines } from '../jobs/records/deadlines.ts';
import { specOf } from '../jobs/records/job-spec.ts';
import { endJob } from '../jobs/records/end-job.ts';
import type { JobObserver } from '../jobs/records/records.ts';
import { outboxChannel } from '../database/wake-up.ts';
import { jobFields } from '../telemetry/job-lines.ts';
import type { Logger } from '../log/logger.ts';
import { proceedSignal } from '../workflows/shared/parking-messages.ts';
import { pauseSignal, resumeSignal } from '../workflows/shared/steering-messages.ts';
import { startPolling, type Polling } from './polling.ts';
import { workflowOptions, workflowPriority } from './workflow-options.ts';

export interface DispatcherDeps {
  readonly pool: pg.Pool;
  readonly listener: Listener;
  readonly temporal: Client;
  /** How clients reach this server: what people see in Temporal links to it. */
  readonly publicUrl: string;
  /** Told of jobs that Temporal refuses. */
  readonly observer?: JobObserver;
  readonly log: Logger;
}

type Outcome =
  | { kind: 'accepted' }
  /** The server will never take it. */
  | { kind: 'rejected'; reason: string }
  | { kind: 'failed'; reason: string };

const batchSize = 20;
const pollIntervalMs = 1_000;
const rpcTimeoutMs = 5_000;
const maxRetryDelayMs = 5_000;
const grpcInvalidArgument = 3;
const grpcNotFound = 5;

/**
 * Admits waiting jobs while there is room for them, and carries orders to Temporal: one workflow for each order to start,
 * under the job's id, once. A row is deleted when the server has accepted it; whatever breaks in between, it is sent
 * again and recognized as a duplicate.
 *
 * Any number of processes may do this at once: one at a time admits, and each takes orders that no other holds.
 */
export function startDispatcher(deps: DispatcherDeps): Polling {
  const admissions = createAdmissions(deps.pool);
  return startPolling({
    name: 'outbox dispatcher',
    intervalMs: pollIntervalMs,
    wakeOn: { listener: deps.listener, channel: outboxChannel },
    log: deps.log,
    poll: async () => {
      const { hasQueue, hasOrders } = await findOutboxWork(deps.pool);
      const hasMoreQueue = hasQueue && (await admissions.admit());
      const hasPassed = hasOrders && (await passDeadlines(deps.pool)) > 0;
      const hasMoreOrders = (hasQueue || hasOrders) && (await dispatchBatch(deps)) === batchSize;
      return hasMoreQueue || hasPassed || hasMoreOrders;
    },
  });
}

/** Returns how many rows were in hand. */
async function dispatchBatch(deps: DispatcherDeps): Promise<number> {
  const rejected: { jobId: string; reason: string }[] = [];
  const count = await withTransaction(deps.pool, async (tx) => {
    rejected.length = 0;
    const rows = await takeOrders(tx, batchSize);
    if (rows.length === 0) return 0;
    const outcomes = await Promise.all(rows.map((row) => send(deps, row)));
    const done: number[] = [];
    for (const [index, outcome] of outcomes.entries()) {
      const row = rows[index];
      if (!row) continue;
      if (outcome.kind === 'failed') await postpone(tx, row, outcome.reason);
      else done.push(row.id);
      if (outcome.kind === 'rejected') rejected.push({ jobId: row.jobId, reason: outcome.reason });
    }
    await deleteOrders(tx, done);
    const failures = outcomes.filter((outcome) => outcome.kind === 'failed');
    if (failures[0]) deps.log.warn({ count: failures.length, reason: failures[0].reason }, 'Temporal not reached');
    return rows.length;
  });
  for (const { jobId, reason } of rejected) {
    deps.log.error({ ...jobFields(jobId), reason }, 'Temporal refused a job');
    const failure = `Temporal refused the job: ${reason}`;
    await endJob(deps.pool, { jobId, status: 'error', failure }, deps.observer);
  }
  return count;
}

async function send({ temporal, publicUrl }: DispatcherDeps, row: OrderRow): Promise<Outcome> {
  try {
    await temporal.withDeadline(Date.now() + rpcTimeoutMs, () => order(temporal, publicUrl, row));
    return { kind: 'accepted' };
  } catch (error) {
    const isInHand =
      error instanceof WorkflowExecutionAlreadyStartedError ||
      error instanceof WorkflowNotFoundError ||
      (hasCode(error, grpcNotFound) && !/namespace/i.test(String(error)));
    if (isInHand) return { kind: 'accepted' };
    const reason = error instanceof Error ? rootMessage(error) : String(error);
    const cause = error instanceof Error ? error.cause : undefined;
    return { kind: hasCode(cause, grpcInvalidArgument) ? 'rejected' : 'failed', reason };
  }
}

function hasCode(error: unknown, code: number): boolean {
  return isGrpcServiceError(error) && (error.code as number) === code;
}

async function order(temporal: Client, publicUrl: string, { jobId, command, details, job }: OrderRow): Promise<void> {
  switch (command) {
    case 'start': {
      // Deleted before it was started.
      if (!job || job.status === 'deleted') return;
      const action = findAction(job.action);
      if (!action) throw new Error(`this version has no action ${job.action}`);
      const spec = specOf(job);
      await temporal.workflow.start(action.name, {
        ...workflowOptions(action, spec, { publicUrl, jobId }),
        priority: workflowPriority(job.priority, spec),
        workflowId: jobId,
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        args: [spec],
      });
      return;
    }
    case 'proceed':
      await temporal.workflow.getHandle(jobId).signal(proceedSignal, details?.parking ?? '');
      return;
    case 'cancel':
      // The client's own cancel gives no reason.
      await temporal.workflowService.requestCancelWorkflowExecution({
        namespace: temporal.options.namespace,
        workflowExecution: { workflowId: jobId },
        identity: temporal.options.identity,
        requestId: `${jobId}:cancel`,
        reason: details?.reason ?? '',
      });
      return;
    case 'pause':
      await temporal.workflow.getHandle(jobId).signal(pauseSignal, details ?? {});
      return;
    case 'resume':
      await temporal.workflow.getHandle(jobId).signal(resumeSignal, details ?? {});
      return;
    case 'terminate':
      await temporal.workflow
        .getHandle(jobId)
        .terminate(details?.reason ?? 'still running when the stop timeout was over');
      return;
  }
}

async function postpone(tx: pg.PoolClient, row: OrderRow, reason: string): Promise<void> {
  const delayMs = Math.min(maxRetryDelayMs, 250 * 2 ** Math.min(row.attempts, 10)) * (0.75 + Math.random() / 2);
  await postponeOrder(tx, row.id, reason, Math.round(delayMs));
}

function rootMessage(error: Error): string {
  return error.cause instanceof Error ? rootMessage(error.cause) : error.message;
}
