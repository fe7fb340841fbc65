import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { jobChannel } from '../../database/wake-up.ts';
import { readJobLog } from '../../jobs/records/logs.ts';
import { findJob } from '../../jobs/records/queries.ts';
import { isOver } from '../../jobs/records/stage.ts';
import type { JobDeps } from '../http/instance.ts';
import { listOf } from '../http/schemas.ts';

const pollIntervalMs = 1_000;
const batchSize = 1_000;

/** A line of the log of a job: `data` is a JSON object, as text. */
const JobLogLine = Type.Object({ lineNum: Type.Integer(), data: Type.String() }, { title: 'JobLogLine' });

/** The log of a job as one list. */
export const JobLog = listOf(JobLogLine);

/** The log of a job as a stream of so many JSON objects, each on a line of its own. */
export const JobLogAsLines = Type.Unsafe<Readable>(JobLogLine);

export interface FollowOptions {
  /** Number of the first line. */
  readonly offset: number;
  /** One JSON object a line; else the elements of one JSON array, which ends with the job. */
  readonly asLines: boolean;
  /** Aborts when nobody reads any more: a generator that waits does not hear of that. */
  readonly gone: AbortSignal;
}

/**
 * Streams the log of a job as it grows, until the job has ended or is deleted. Lines come from the database, so it does
 * not matter which process runs the job.
 */
export function followJobLog(deps: JobDeps, jobId: string, { offset, asLines, gone }: FollowOptions): Readable {
  const untilGone = { ...deps, stopping: AbortSignal.any([deps.stopping, gone]) };
  const chunks = asLines ? lines(untilGone, jobId, offset) : array(untilGone, jobId, offset);
  return Readable.from(chunks, { objectMode: false });
}

async function* lines(deps: JobDeps, jobId: string, offset: number): AsyncGenerator<string> {
  for await (const line of follow(deps, jobId, offset)) yield `${JSON.stringify(line)}\n`;
}

async function* array(deps: JobDeps, jobId: string, offset: number): AsyncGenerator<string> {
  let separator = '[\n';
  for await (const line of follow(deps, jobId, offset)) {
    yield `${separator}${JSON.stringify(line)}`;
    separator = ',\n';
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n';
}

async function* follow({ pool, listener, stopping }: JobDeps, jobId: string, offset: number) {
  let nextLine = offset;
  const waiter = createWaiter(stopping);
  const stopListening = listener.on(jobChannel, waiter.wake);
  try {
    while (!stopping.aborted) {
      // Asked before the lines are read: what an ended job has written is then all there.
      const job = await findJob(pool, jobId);
      const batch = await readJobLog(pool, jobId, { offset: nextLine, limit: batchSize });
      yield* batch;
      nextLine = (batch.at(-1)?.lineNum ?? nextLine - 1) + 1;
      if (batch.length === batchSize) continue;
      if (!job || isOver(job)) return;
      await waiter.wait(pollIntervalMs);
    }
  } finally {
    stopListening();
  }
}

/** Waits for a wake-up, also for one that came since the last wait. */
function createWaiter(signal: AbortSignal) {
  let isWoken = false;
  let endWait: (() => void) | undefined;
  const wake = (): void => {
    isWoken = true;
    endWait?.();
  };
  signal.addEventListener('abort', wake, { once: true });
  return {
    wake,
    wait: async (timeoutMs: number): Promise<void> => {
      if (!isWoken) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, timeoutMs);
          endWait = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      isWoken = false;
    },
  };
}
