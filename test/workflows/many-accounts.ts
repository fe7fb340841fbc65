import type { TestJobrunner } from './test-jobrunner.ts';

/** Makes so many users, as a work list of a job. */
export async function makeAccounts({ pool }: Pick<TestJobrunner, 'pool'>, count: number): Promise<void> {
  await pool.query(`INSERT INTO accounts.accounts (name) SELECT 'user-' || i FROM generate_series(1, $1) i`, [count]);
}
