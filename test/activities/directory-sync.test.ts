import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { test, type TestContext } from 'node:test';
import { CancelledFailure } from '@temporalio/common';
import { createDirectorySyncActivities, type DirectoryRead, type GoneResult } from '../../activities/directory-sync.ts';
import { createDirectory } from '../../accounts/directory/directory.ts';
import { messagesOf } from '../jobs/test-jobs.ts';
import { missing } from '../setup/tools.ts';
import { groupLdif, personLdif, startTestDirectory, type TestDirectory } from '../support/slapd.ts';
import { runIn, startJob, type TestJob } from './test-activities.ts';

const skip = missing('slapd', 'openssl');
const nothing: DirectoryRead & GoneResult = {
  entriesRead: 0,
  accountsCreated: 0,
  accountsUpdated: 0,
  accountsReactivated: 0,
  accountsSkipped: 0,
  membershipsAdded: 0,
  membershipsRemoved: 0,
  accountsGone: 0,
  accountsDeactivated: 0,
};

interface Sync extends TestJob {
  readonly server: TestDirectory;
  readonly activities: ReturnType<typeof createDirectorySyncActivities>;
  readonly sync: (options?: {
    dryRun?: boolean;
    maxDeactivatedPercent?: number;
  }) => Promise<DirectoryRead & GoneResult>;
  /** Imported accounts, each with what it is besides a user. */
  readonly imported: () => Promise<string[]>;
}

async function startSync(t: TestContext): Promise<Sync> {
  const server = await startTestDirectory(t);
  const job = await startJob(t, 'ldap_sync');
  const { pool, jobLog } = job;
  await pool.query(`UPDATE accounts.accounts SET is_admin = true WHERE name = 'admin'`);
  const activities = createDirectorySyncActivities({ pool, jobLog, directory: createDirectory(server.config) });
  return {
    ...job,
    server,
    activities,
    sync: async ({ dryRun = false, maxDeactivatedPercent = 20 } = {}) => {
      const plan = await runIn(job.environment(), () => activities.planDirectorySync());
      const read = await runIn(job.environment(), () => activities.readDirectory({ plan, dryRun }));
      const gone = await runIn(job.environment(), () =>
        activities.deactivateGone({ plan, dryRun, maxDeactivatedPercent }),
      );
      return { ...read, ...gone };
    },
    imported: async () => {
      const { rows } = await pool.query<{ name: string; isAdmin: boolean; isActive: boolean }>(
        `SELECT name, is_admin AS "isAdmin", is_active AS "isActive" FROM accounts.accounts
         WHERE is_imported ORDER BY name`,
      );
      return rows.map(({ name, isAdmin, isActive }) =>
        [name, ...(isAdmin ? ['admin'] : []), ...(isActive ? [] : ['inactive'])].join(' '),
      );
    },
  };
}

test('accounts follow the directory', { skip, timeout: 120_000 }, async (t) => {
  const { id, pool, server, sync, imported } = await startSync(t);

  await t.test('a dry run tells what would be, and leaves everything as it is', async () => {
    assert.deepEqual(await sync({ dryRun: true }), { ...nothing, entriesRead: 2, accountsCreated: 2 });
    assert.deepEqual(await imported(), []);
    assert.deepEqual((await messagesOf(pool, id)).filter((msg) => msg === 'would sync account').length, 2);
  });

  await t.test('a run makes accounts, puts them into teams, and changes nothing the second time', async () => {
    await pool.query(`WITH org AS (INSERT INTO accounts.accounts (name, is_org) VALUES ('acme', true) RETURNING id),
      team AS (INSERT INTO accounts.teams (org_id, name, syncs_members) SELECT id, 'builders', true FROM org RETURNING id)
      INSERT INTO accounts.team_groups SELECT id, 'ldap', 'builders' FROM team`);
    await server.modify([personLdif('admin', 'Impostor'), personLdif('who@example', 'Who')].join('\n'));
    const first = { ...nothing, entriesRead: 4, accountsCreated: 2, accountsSkipped: 2, membershipsAdded: 1 };
    assert.deepEqual(await sync(), first);
    assert.deepEqual(await imported(), ['lena', 'liam admin']);
    assert.deepEqual(await sync(), { ...nothing, entriesRead: 4, accountsSkipped: 2 });
  });

  await t.test('names, teams and administrators change with their entries', async () => {
    await server.modify(`dn: uid=lena,ou=people,dc=example,dc=com
changetype: modify
replace: cn
cn: Lena Lund

dn: cn=builders,ou=groups,dc=example,dc=com
changetype: modify
replace: member
member: uid=liam,ou=people,dc=example,dc=com

dn: cn=admins,ou=groups,dc=example,dc=com
changetype: modify
replace: member
member: uid=lena,ou=people,dc=example,dc=com`);
    const changes = { accountsUpdated: 2, accountsSkipped: 2, membershipsAdded: 1, membershipsRemoved: 1 };
    assert.deepEqual(await sync({ dryRun: true }), { ...nothing, entriesRead: 4, ...changes });
    assert.deepEqual(await imported(), ['lena', 'liam admin']);
    assert.deepEqual(await sync(), { ...nothing, entriesRead: 4, ...changes });
    assert.deepEqual(await imported(), ['lena admin', 'liam']);
    const { rows } = await pool.query<{ name: string }>(`SELECT full_name AS name FROM accounts.accounts
      WHERE name = 'lena'`);
    assert.equal(rows[0]?.name, 'Lena Lund');
  });

  await t.test('who is gone becomes inactive, unless that are too many, and comes back', async () => {
    await server.modify(
      'abcdefgh'
        .split('')
        .map((name) => personLdif(name, name))
        .join('\n'),
    );
    await sync();
    await pool.query(`UPDATE accounts.accounts SET is_active = false WHERE name = 'h'`);
    const gone = (...names: string[]): string =>
      names.map((name) => `dn: uid=${name},ou=people,dc=example,dc=com\nchangetype: delete\n`).join('\n');
    await server.modify(gone('a', 'b'));
    await assert.rejects(sync(), /no longer has 2 of 9 imported accounts, more than maxDeactivatedPercent \(20\)/);
    assert.ok(!(await imported()).includes('a inactive'));
    const dry = await sync({ dryRun: true });
    assert.deepEqual([dry.accountsGone, dry.accountsDeactivated], [2, 0]);
    assert.ok(!(await imported()).includes('a inactive'));
    const real = await sync({ maxDeactivatedPercent: 25 });
    assert.deepEqual([real.accountsGone, real.accountsDeactivated], [2, 2]);
    const left = ['a inactive', 'b inactive', 'c', 'd', 'e', 'f', 'g', 'h inactive', 'lena admin', 'liam'];
    assert.deepEqual(await imported(), left);
    assert.equal((await sync()).accountsGone, 0, 'once');
    const { rows: missing } = await pool.query<{ name: string }>(`SELECT a.name FROM accounts.accounts a
      JOIN accounts.external_identities i ON i.account_id = a.id WHERE i.missing_since IS NOT NULL ORDER BY 1`);
    assert.deepEqual(
      missing.map(({ name }) => name),
      ['a', 'b'],
    );

    // With the id that it had: another entry of the name would be another person.
    const { rows } = await pool.query<{ subject: string }>(`SELECT i.subject FROM accounts.external_identities i
      JOIN accounts.accounts a ON a.id = i.account_id WHERE a.name = 'a'`);
    await server.modify(personLdif('b', 'another person'));
    await server.modify(personLdif('a', 'a', `entryUUID: ${rows[0]?.subject}\n`), ['-e', 'relax']);
    const back = await sync();
    assert.deepEqual(
      [back.accountsReactivated, back.accountsSkipped],
      [1, 4],
      'the other b, and h, whom somebody wants out',
    );
    assert.deepEqual(await imported(), ['a', ...left.slice(1)]);
  });
});

test('the last administrator stays one, and stays active', { skip }, async (t) => {
  const { pool, server, sync, imported } = await startSync(t);
  await sync();
  await pool.query(`UPDATE accounts.accounts SET is_admin = false WHERE name = 'admin'`);
  await server.modify(`dn: uid=liam,ou=people,dc=example,dc=com
changetype: delete

dn: cn=admins,ou=groups,dc=example,dc=com
changetype: delete`);
  const result = await sync({ maxDeactivatedPercent: 100 });
  assert.deepEqual([result.accountsGone, result.accountsDeactivated], [1, 0]);
  assert.deepEqual(await imported(), ['lena', 'liam admin']);
});

test('a directory that is away, or none at all, fails the job and touches nobody', { skip }, async (t) => {
  const { pool, jobLog, environment, server, sync, imported } = await startSync(t);
  await sync();
  await server.stop();
  await assert.rejects(sync({ maxDeactivatedPercent: 100 }), { type: 'DIRECTORY_UNAVAILABLE', nonRetryable: false });
  assert.deepEqual(await imported(), ['lena', 'liam admin']);
  const none = createDirectorySyncActivities({ pool, jobLog, directory: undefined });
  await assert.rejects(
    runIn(environment(), () => none.planDirectorySync()),
    { type: 'LDAP_NOT_CONFIGURED' },
  );
});

test('a cancel ends a listing of a directory that hangs', { skip }, async (t) => {
  const { environment, server, activities } = await startSync(t);
  await server.modify(groupLdif('more', 'lena'));
  const plan = await runIn(environment(), () => activities.planDirectorySync());
  await server.freeze();
  t.after(() => server.thaw());
  const running = environment();
  const reading = runIn(running, () => activities.readDirectory({ plan, dryRun: false }));
  const rejected = assert.rejects(reading, CancelledFailure);
  await delay(200);
  running.cancel();
  await rejected;
});
