import type pg from 'pg';
import { countBefore, findHistoryCut, jobHistory, type History, type HistoryKey } from '../../jobs/records/history.ts';
import { pruneRepositoryEvents, repositoryEventHistory } from '../../events/prune-events.ts';
import { pruneJobs, type PrunedPage, type PruneRange } from '../../jobs/records/prune-history.ts';
import { makeUsageReport } from '../../settings/usage-report.ts';
import type { Measure } from './measure.ts';

/** What reads whole histories, and in the end removes them but for the newest row, as the jobs do it. */
export async function measureHistory(pool: pg.Pool, measure: Measure, rowCount: number): Promise<void> {
  await measure.cases([
    {
      name: 'where half of the jobs are cut off',
      limitMs: 1_000,
      run: () => findHistoryCut(pool, jobHistory, { toKeep: rowCount / 2, maxAgeMs: undefined }),
    },
    {
      name: 'report of the use',
      limitMs: 500,
      run: () => makeUsageReport(pool, { isAnonymous: false, publicUrl: '' }),
    },
  ]);
  await prune('jobs and their logs', jobHistory, pruneJobs);
  await prune('events', repositoryEventHistory, pruneRepositoryEvents);

  async function prune(
    what: string,
    history: History,
    page: (pool: pg.Pool, range: PruneRange) => Promise<PrunedPage>,
  ): Promise<void> {
    let before: HistoryKey | undefined;
    await measure.once(5_000, async () => {
      before = await findHistoryCut(pool, history, { toKeep: 1, maxAgeMs: undefined });
      return `count of ${before ? await countBefore(pool, history, before) : 0} ${what}`;
    });
    if (!before) throw new Error(`there are no ${what}`);
    const range = { before, limit: 1_000 };
    let after: HistoryKey | undefined;
    let linesRemoved = 0;
    await measure.pages(`page of 1,000 ${what}`, 1_000, async () => {
      const done = await page(pool, { ...range, after });
      linesRemoved += done.linesRemoved;
      after = done.next;
      return after !== undefined;
    });
    if (linesRemoved > 0) console.log(`  ${linesRemoved} log lines in all`);
  }
}
