import { cancellationSignal } from '@temporalio/activity';
import type pg from 'pg';
import {
  countImported,
  deactivateMissing,
  importAccount,
  type ImportResult,
  listMissing,
  markSeen,
} from '../accounts/imported-accounts.ts';
import { withTransaction } from '../database/transaction.ts';
import type { Directory, DirectoryMember } from '../accounts/directory/directory.ts';
import { DirectoryUnavailableError } from '../accounts/directory/errors.ts';
import type { LogEntry } from '../jobs/records/logs.ts';
import { setJobProgress } from '../jobs/records/progress.ts';
import { failed, refused } from './failures.ts';
import { keepHeartbeating } from './heartbeat.ts';
import type { JobLog } from './job-log.ts';
import { currentJobId } from './job-record.ts';

export interface DirectorySyncDeps {
  readonly pool: pg.Pool;
  readonly jobLog: JobLog;
  /** Undefined: none is configured. */
  readonly directory: Directory | undefined;
}

export interface DirectorySyncPlan {
  /** Database time at which the job began. Whom the directory has not had since then is gone. */
  readonly startedAt: string;
  /** Active accounts that came from the directory before. */
  readonly accountsImported: number;
}

/** What was read, and what became of it, in the attempt that came to the end. */
export interface DirectoryRead {
  readonly entriesRead: number;
  readonly accountsCreated: number;
  readonly accountsUpdated: number;
  readonly accountsReactivated: number;
  /** People who get no account, or whose account somebody made inactive. */
  readonly accountsSkipped: number;
  readonly membershipsAdded: number;
  readonly membershipsRemoved: number;
}

export interface GoneInput {
  readonly plan: DirectorySyncPlan;
  readonly dryRun: boolean;
  readonly maxDeactivatedPercent: number;
}

export interface GoneResult {
  /** Accounts whose people the directory no longer has. */
  readonly accountsGone: number;
  readonly accountsDeactivated: number;
}

const pageSize = 500;
const counted = {
  created: 'accountsCreated',
  updated: 'accountsUpdated',
  reactivated: 'accountsReactivated',
  inactive: 'accountsSkipped',
  'not-created': 'accountsSkipped',
  'name-taken': 'accountsSkipped',
  'bad-name': 'accountsSkipped',
  unchanged: undefined,
} as const satisfies Record<ImportResult['outcome'], keyof DirectoryRead | undefined>;

/** The activities of `ldap_sync`. To do each again does no harm. */
export function createDirectorySyncActivities({ pool, jobLog, directory }: DirectorySyncDeps) {
  return {
    /** @throws ApplicationFailure LDAP_NOT_CONFIGURED */
    async planDirectorySync(): Promise<DirectorySyncPlan> {
      requireDirectory();
      const { rows } = await pool.query<{ startedAt: string }>('SELECT now()::text AS "startedAt"');
      const startedAt = rows[0]?.startedAt ?? 'infinity';
      return { startedAt, accountsImported: (await countImported(pool, startedAt)).active };
    },

    /**
     * Reads the whole directory, and brings the account of each of its people up to date. In one activity, because a
     * listing cannot be taken up again: the server forgets it with the connection.
     *
     * @throws ApplicationFailure LDAP_NOT_CONFIGURED, DIRECTORY_UNAVAILABLE
     */
    async readDirectory({ plan, dryRun }: { plan: DirectorySyncPlan; dryRun: boolean }): Promise<DirectoryRead> {
      const signal = cancellationSignal();
      const counts = {
        entriesRead: 0,
        accountsCreated: 0,
        accountsUpdated: 0,
        accountsReactivated: 0,
        accountsSkipped: 0,
        membershipsAdded: 0,
        membershipsRemoved: 0,
      };
      const progress = () => ({ phase: 'reading', itemsDone: counts.entriesRead, itemsTotal: plan.accountsImported });
      using _heartbeat = keepHeartbeating(progress);
      try {
        for await (const members of requireDirectory().members(signal)) {
          const entries: LogEntry[] = [];
          for (const member of members) {
            signal.throwIfAborted();
            const result = await take(member, dryRun);
            const key = counted[result.outcome];
            if (key) counts[key]++;
            counts.entriesRead++;
            counts.membershipsAdded += result.memberships.added;
            counts.membershipsRemoved += result.memberships.removed;
            entries.push(...describe(member, result, dryRun));
          }
          await jobLog.writeAll(entries);
          await setJobProgress(pool, currentJobId(), progress());
        }
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof DirectoryUnavailableError)) throw error;
        throw failed('DIRECTORY_UNAVAILABLE', error.message, error);
      }
      await jobLog.write('info', 'read the directory', { dryRun, ...counts });
      return counts;
    },

    /**
     * Makes inactive whose people the directory did not have when it was read.
     *
     * @throws ApplicationFailure TOO_MANY_GONE where they are more than a share of all, and nobody was made inactive
     */
    async deactivateGone({ plan, dryRun, maxDeactivatedPercent }: GoneInput): Promise<GoneResult> {
      const signal = cancellationSignal();
      const { active, missing } = await countImported(pool, plan.startedAt);
      let done = 0;
      const progress = () => ({ phase: 'deactivating', itemsDone: done, itemsTotal: missing });
      using _heartbeat = keepHeartbeating(progress);
      if (missing * 100 > active * maxDeactivatedPercent) {
        const message = `the directory no longer has ${missing} of ${active} imported accounts, more than maxDeactivatedPercent (${maxDeactivatedPercent}): none was made inactive. Look at LDAP_USER_BASE_DN and LDAP_USER_FILTER; if it is right, submit the job with a higher maxDeactivatedPercent`;
        if (!dryRun) throw refused('TOO_MANY_GONE', message);
        await jobLog.write('warn', message);
      }
      let deactivated = 0;
      let after = '';
      for (;;) {
        const names = await listMissing(pool, { since: plan.startedAt, after, limit: pageSize });
        const entries: LogEntry[] = [];
        for (const name of names) {
          signal.throwIfAborted();
          const isDone = !dryRun && (await withTransaction(pool, (tx) => deactivateMissing(tx, name, plan.startedAt)));
          if (isDone) deactivated++;
          done++;
          if (dryRun) entries.push({ level: 'info', msg: 'would make account inactive', name });
          else if (isDone) entries.push({ level: 'info', msg: 'made account inactive', name });
          else entries.push({ level: 'warn', msg: 'left account active: it is the last administrator, or back', name });
        }
        await jobLog.writeAll(entries);
        await setJobProgress(pool, currentJobId(), progress());
        after = names.at(-1) ?? after;
        if (names.length < pageSize) return { accountsGone: missing, accountsDeactivated: deactivated };
      }
    },
  };

  function requireDirectory(): Directory {
    if (directory) return directory;
    throw refused(
      'LDAP_NOT_CONFIGURED',
      'no LDAP directory is configured: set LDAP_URL and what goes with it for the processes that play worker',
    );
  }

  /** A dry run does all of it and takes it back, and so tells the truth. */
  async function take(member: DirectoryMember, dryRun: boolean): Promise<ImportResult> {
    return withTransaction(pool, async (tx) => {
      if (!dryRun) return importAccount(tx, member, { creates: true });
      await tx.query('SAVEPOINT untouched');
      const result = await importAccount(tx, member, { creates: true });
      await tx.query('ROLLBACK TO SAVEPOINT untouched');
      await markSeen(tx, [member.subject]);
      return result;
    });
  }
}

function describe({ name }: DirectoryMember, { outcome, memberships }: ImportResult, dryRun: boolean): LogEntry[] {
  const { added, removed } = memberships;
  if (outcome === 'unchanged' && added + removed === 0) return [];
  const isSkipped = counted[outcome] === 'accountsSkipped';
  const msg = isSkipped ? 'skipped somebody of the directory' : dryRun ? 'would sync account' : 'synced account';
  return [{ level: isSkipped ? 'warn' : 'info', msg, name, outcome, teamsAdded: added, teamsRemoved: removed }];
}
