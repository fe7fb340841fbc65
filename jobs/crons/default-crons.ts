import type pg from 'pg';
import { withTransaction } from '../../database/transaction.ts';
import type { Action } from '../actions/action.ts';
import { insertCron } from './crons.ts';

/**
 * Gives actions the crons that their declarations begin with, each once in the life of the database: one that somebody
 * has deleted does not come back, and one that somebody has made is left alone.
 *
 * An action that is part of another one gets none where that other one is in the catalogue.
 *
 * @returns the names of the actions that got one
 */
export async function makeDefaultCrons(pool: pg.Pool, actions: readonly Action[]): Promise<string[]> {
  const names = new Set(actions.map(({ name }) => name));
  return withTransaction(pool, async (tx) => {
    const made: string[] = [];
    for (const action of actions) {
      const isCovered = action.partOf !== undefined && names.has(action.partOf);
      if (action.defaultCron === undefined || isCovered) continue;
      const { rowCount } = await tx.query(
        'INSERT INTO jobs.default_crons (action) VALUES ($1) ON CONFLICT DO NOTHING',
        [action.name],
      );
      if (rowCount === 0) continue;
      const cron = await insertCron(tx, {
        name: action.name,
        action: action.name,
        schedule: action.defaultCron,
        timeZone: 'UTC',
        jitter: '',
        catchupWindow: '',
        retries: 0,
        parameters: {},
        capacityMap: action.capacityMap,
        deadline: action.deadline,
        stopTimeout: action.stopTimeout,
        requestedBy: 'jobrunner',
      });
      if (cron) made.push(action.name);
    }
    return made;
  });
}
