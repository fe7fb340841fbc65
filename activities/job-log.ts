import type pg from 'pg';
import { appendJobLog, type LogEntry, type LogLevel } from '../jobs/records/logs.ts';
import type { WakeUp } from '../database/wake-up.ts';
import { currentJobId } from './job-record.ts';

/** The most items that a dry run lists in the job's log. */
export const maxListed = 1_000;

/** Writes lines into the log of the job whose activity is running. */
export interface JobLog {
  write(level: LogLevel, msg: string, fields?: Readonly<Record<string, unknown>>): Promise<void>;
  writeAll(entries: readonly LogEntry[]): Promise<void>;
}

/**
 * Makes the job log of this process. Only to be used inside of an activity.
 *
 * @param wakeFollowers wakes whoever follows the log
 */
export function createJobLog(pool: pg.Pool, wakeFollowers: WakeUp): JobLog {
  async function writeAll(entries: readonly LogEntry[]): Promise<void> {
    await appendJobLog(pool, currentJobId(), entries);
    wakeFollowers.send();
  }
  return { writeAll, write: (level, msg, fields = {}) => writeAll([{ level, msg, ...fields }]) };
}
