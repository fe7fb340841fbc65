import { cancelled, retried, type Scenarios } from '../scenario.ts';

export const ldapSyncScenarios: Scenarios = {
  'dry-run': ({ jobrunner }) => jobrunner.submit('ldap_sync', { parameters: { dryRun: 'true' } }),
  done: ({ jobrunner }) => jobrunner.submit('ldap_sync'),
  'too-many-gone': async ({ jobrunner }) => {
    // As if the directory had had many more before.
    await jobrunner.pool.query(
      `WITH gone AS (
         INSERT INTO accounts.accounts (name, is_imported)
         SELECT 'gone-' || i, true FROM generate_series(1, 20) i RETURNING id
       ) INSERT INTO accounts.external_identities (provider, subject, account_id) SELECT 'ldap', id, id FROM gone`,
    );
    return jobrunner.submit('ldap_sync');
  },
  cancelled: async ({ jobrunner, directory }) => {
    await directory.freeze();
    const jobId = await jobrunner.submit('ldap_sync');
    await jobrunner.waitFor(jobId, (job) => job.status === 'running');
    await cancelled(jobrunner, jobId);
    await jobrunner.ended(jobId);
    directory.thaw();
    return jobId;
  },
  retried: retried('ldap_sync', 'dryRun'),
};
