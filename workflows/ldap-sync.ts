import { activities } from './shared/activities.ts';
import type { DirectoryRead, GoneResult } from '../activities/directory-sync.ts';
import { ldapSyncAction } from '../jobs/actions/ldap-sync.ts';
import type { JobSpec } from '../jobs/records/job-spec.ts';
import { listingOptions, pageOptions } from './shared/options.ts';
import { readParameters } from './shared/parameters.ts';
import { createProgressReport } from './shared/progress.ts';

const { planDirectorySync } = activities(pageOptions);
const { readDirectory, deactivateGone } = activities(listingOptions);

/** Counts of the job. In a dry run: what would be. */
export interface LdapSyncResult extends DirectoryRead, GoneResult {
  readonly dryRun: boolean;
}

/**
 * `ldap_sync`: makes accounts of the people of the LDAP directory, keeps them and their teams up to date, and makes
 * inactive whose people it no longer has.
 */
export async function ldapSync(input: JobSpec): Promise<LdapSyncResult> {
  const { dryRun, maxDeactivatedPercent } = readParameters(ldapSyncAction, input);
  const report = createProgressReport({ phase: 'reading', itemsDone: 0, note: 'Reads the whole directory.' });
  const plan = await planDirectorySync.executeWithOptions({ summary: 'count imported accounts' }, []);
  const read = await readDirectory.executeWithOptions({ summary: 'read the directory' }, [{ plan, dryRun }]);
  report.set({ phase: 'deactivating', itemsDone: read.entriesRead, note: 'Looks for accounts that are gone.' });
  const gone = await deactivateGone.executeWithOptions({ summary: 'deactivate accounts that are gone' }, [
    { plan, dryRun, maxDeactivatedPercent },
  ]);
  return { dryRun, ...read, ...gone };
}
