import { activityInfo, cancellationSignal } from '@temporalio/activity';
import type pg from 'pg';
import { parseDurationMs } from '../config/duration.ts';
import { previewRepositoryEvents, pruneRepositoryEvents, repositoryEventHistory } from '../events/prune-events.ts';
import { findActionsWithCron } from '../jobs/crons/crons.ts';
import {
  countBefore,
  findHistoryCut,
  jobHistory,
  type HistoryKey,
  type HistoryLimits,
} from '../jobs/records/history.ts';
import type { JobProgress } from '../jobs/records/progress.ts';
import { previewJobs, pruneJobs } from '../jobs/records/prune-history.ts';
import { readSettings, type Settings } from '../settings/settings.ts';
import { keepHeartbeating } from './heartbeat.ts';
import type { JobLog } from './job-log.ts';
import { startPage } from './page-progress.ts';

export interface HistoryPruningDeps {
  readonly pool: pg.Pool;
  readonly jobLog: JobLog;
}

export type HistoryName = 'jobs' | 'repositoryEvents';

export interface PruningPlan {
  /** The first row that stays; undefined: nothing goes. */
  readonly before: HistoryKey | undefined;
  readonly itemsDue: number;
  /** Whether the settings want a history to be cut at all. */
  readonly isOn: boolean;
}

export interface PruneInput {
  readonly history: HistoryName;
  readonly before: HistoryKey;
  readonly after: HistoryKey | undefined;
  readonly limit: number;
  readonly dryRun: boolean;
  /** How far the job is before the page. */
  readonly progress: JobProgress;
}

export interface PruneResult {
  readonly removed: number;
  readonly linesRemoved: number;
  /** Undefined after the last page. */
  readonly next: HistoryKey | undefined;
}

// An activity costs tens of milliseconds of CPU, a page as much: many pages make one.
const maxDurationMs = 10_000;
const maxPages = 100;

const histories = {
  jobs: {
    rows: jobHistory,
    prune: pruneJobs,
    preview: previewJobs,
    limits: (settings: Settings) =>
      limits(settings.jobHistoryCompactionEnabled, settings.jobHistoryToKeep, settings.jobHistoryMaxAge),
    setting: 'jobHistory',
  },
  repositoryEvents: {
    rows: repositoryEventHistory,
    prune: pruneRepositoryEvents,
    preview: previewRepositoryEvents,
    limits: (settings: Settings) =>
      limits(
        settings.repoEventHistoryCompactionEnabled,
        settings.repoEventHistoryToKeep,
        settings.repoEventHistoryMaxAge,
      ),
    setting: 'repoEventHistory',
  },
} as const;

/** The activities of `onlinegc_joblogs` and `onlinegc_events`, and of `onlinegc`, which runs them. To do one again does no harm. */
export function createHistoryPruningActivities({ pool, jobLog }: HistoryPruningDeps) {
  return {
    /** Which of these actions have a cron that runs. */
    async findActionsWithCron(names: readonly string[]): Promise<string[]> {
      return findActionsWithCron(pool, names);
    },

    /** Reads the limits from the settings, and finds once what is beyond them. */
    async planHistoryPruning({ history }: { history: HistoryName }): Promise<PruningPlan> {
      using _heartbeat = keepHeartbeating(() => ({ phase: 'planning' }));
      const { rows, limits: limitsOf, setting } = histories[history];
      const { isOn, ...found } = limitsOf(await readSettings(pool));
      if (!isOn) {
        const switches = `${setting}CompactionEnabled with ${setting}ToKeep or ${setting}MaxAge`;
        await jobLog.write('info', `nothing to do: the settings ${switches} are not set`);
        return { before: undefined, itemsDue: 0, isOn };
      }
      const before = await findHistoryCut(pool, rows, found);
      const itemsDue = before ? await countBefore(pool, rows, before) : 0;
      await jobLog.write('info', 'planned', { ...found, before: before?.time, itemsDue });
      return { before, itemsDue, isOn };
    },

    /** Deletes a hundred pages, or as many as take 10 s, or all that there are. A new attempt goes on where the last one was. */
    async pruneHistory(input: PruneInput): Promise<PruneResult> {
      const { prune, preview } = histories[input.history];
      const signal = cancellationSignal();
      let done = (activityInfo().heartbeatDetails as PruneResult | undefined) ?? {
        removed: 0,
        linesRemoved: 0,
        next: input.after,
      };
      using shown = startPage(pool, input.progress, () => done);
      const endMs = performance.now() + maxDurationMs;
      let pages = 0;
      do {
        pages++;
        const range = { after: done.next, before: input.before, limit: input.limit };
        const page = input.dryRun ? await preview(pool, range) : await prune(pool, range);
        done = {
          removed: done.removed + page.removed,
          linesRemoved: done.linesRemoved + page.linesRemoved,
          next: page.next,
        };
        signal.throwIfAborted();
      } while (done.next && pages < maxPages && performance.now() < endMs);
      const { removed, linesRemoved, next } = done;
      await jobLog.write('info', input.dryRun ? 'would remove' : 'removed', { removed, linesRemoved });
      await shown.add(removed);
      return { removed, linesRemoved, next };
    },
  };
}

/** 0 and the empty text are no limit. */
function limits(isEnabled: boolean, toKeep: number, maxAge: string): HistoryLimits & { readonly isOn: boolean } {
  const found = { toKeep: toKeep || undefined, maxAgeMs: parseDurationMs(maxAge) || undefined };
  return { ...found, isOn: isEnabled && (found.toKeep !== undefined || found.maxAgeMs !== undefined) };
}
