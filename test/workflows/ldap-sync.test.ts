import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cancelJob } from '../../jobs/records/commands.ts';
import { createEventReader } from '../api/audit-events.ts';
import { eventually } from '../e2e/eventually.ts';
import { missing } from '../setup/tools.ts';
import { personLdif, startTestDirectory } from '../support/slapd.ts';
import { startTestJobrunner } from './test-jobrunner.ts';

const skip = missing('temporal', 'slapd', 'openssl');

test('the job ldap_sync', { skip }, async (t) => {
  const directory = await startTestDirectory(t);
  const jobrunner = await startTestJobrunner(t, { ldap: directory.config });
  const events = createEventReader(jobrunner.pool);
  const run = async (parameters: Record<string, string> = {}) =>
    jobrunner.ended(await jobrunner.submit('ldap_sync', { parameters }));
  const accounts = async (): Promise<string[]> => {
    const { rows } = await jobrunner.pool.query<{ name: string }>(
      'SELECT name FROM accounts.accounts WHERE is_imported AND is_active ORDER BY name',
    );
    return rows.map(({ name }) => name);
  };

  await t.test('a dry run counts, and a run makes the accounts', async () => {
    const expected = {
      dryRun: true,
      entriesRead: 2,
      accountsCreated: 2,
      accountsUpdated: 0,
      accountsReactivated: 0,
      accountsSkipped: 0,
      membershipsAdded: 0,
      membershipsRemoved: 0,
      accountsGone: 0,
      accountsDeactivated: 0,
    };
    assert.deepEqual((await run({ dryRun: 'true' })).result, expected);
    assert.deepEqual(await accounts(), []);
    assert.deepEqual((await run()).result, { ...expected, dryRun: false });
    assert.deepEqual(await accounts(), ['lena', 'liam']);
    const created = (await events()).map(({ kind, by, object }) => `${kind} by ${by}: ${object}`);
    assert.deepEqual(created.toSorted(), [
      'ACCOUNT_CREATE by system ldap: lena',
      'ACCOUNT_CREATE by system ldap: liam',
    ]);
  });

  await t.test('where too many are gone, the job fails and says why', async () => {
    await directory.modify('dn: uid=lena,ou=people,dc=example,dc=com\nchangetype: delete');
    const failed = await run();
    assert.equal(failed.status, 'error');
    assert.match(failed.failure ?? '', /1 of 2 imported accounts, more than maxDeactivatedPercent \(20\)/);
    assert.deepEqual(await accounts(), ['lena', 'liam']);
    assert.equal((await run({ maxDeactivatedPercent: '50' })).status, 'done');
    assert.deepEqual(await accounts(), ['liam']);
    const details = { from: { isActive: true }, to: { isActive: false } };
    assert.deepEqual(await events(), [
      { kind: 'ACCOUNT_UPDATE', by: 'system ldap', object: 'lena', namespace: 'lena', details },
    ]);
  });

  await t.test('a directory that comes back within the retries is read, as if nothing had been', async () => {
    await directory.modify(personLdif('mia', 'Mia'));
    await directory.stop();
    const jobId = await jobrunner.submit('ldap_sync');
    await eventually('a failed attempt', async () => (await jobrunner.messages(jobId)).includes('attempt failed'));
    await directory.restart();
    const job = await jobrunner.ended(jobId);
    assert.equal(job.status, 'done', job.failure ?? '');
    assert.deepEqual(await accounts(), ['liam', 'mia']);
  });

  await t.test('a cancel ends it within 5 s, even where the directory hangs', async () => {
    await directory.freeze();
    const jobId = await jobrunner.submit('ldap_sync');
    await jobrunner.waitFor(jobId, (job) => job.status === 'running');
    const askedMs = performance.now();
    await cancelJob(jobrunner.pool, jobId, 'tester');
    jobrunner.wakeDispatcher.send();
    assert.equal((await jobrunner.ended(jobId)).status, 'cancel');
    assert.ok(performance.now() - askedMs < 5_000, 'a cancel took more than 5 s');
    directory.thaw();
  });
});

test('ldap_sync without a directory fails and says what to set', { skip: missing('temporal') }, async (t) => {
  const jobrunner = await startTestJobrunner(t);
  const job = await jobrunner.ended(await jobrunner.submit('ldap_sync'));
  assert.equal(job.status, 'error');
  assert.match(job.failure ?? '', /set LDAP_URL/);
});
