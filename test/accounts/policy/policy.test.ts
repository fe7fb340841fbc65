import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type pg from 'pg';
import { findActiveAccount } from '../../../accounts/accounts.ts';
import {
  mayCreateRepositories,
  namespaceAccess,
  organizationRole,
  readableRepositories,
  repositoryAccess,
} from '../../../accounts/policy/access.ts';
import { grantScopes } from '../../../accounts/policy/grant-scopes.ts';
import { findReadableSource, isReadable, listReadable } from '../../../registry/repositories/readable-repositories.ts';
import { createTestDatabase } from '../../support/postgres.ts';

/**
 * The organization `acme` with its owner `olga`, and its members: `rita` and `walt`, whose teams may read and write
 * `acme/app`; `nora`, whose team administers the namespace; `both`, of the reading and of the administering team of
 * `acme/app`; and `max`, in no team. `sue` is a stranger, `root` a system administrator. `acme/open` is public.
 */
async function createOrganization(t: TestContext): Promise<pg.Pool> {
  const { pool } = await createTestDatabase(t);
  await pool.query(`
    INSERT INTO accounts.accounts (name, is_org, is_admin, is_active) VALUES
      ('acme', true, false, true), ('other', true, false, true), ('root', false, true, true),
      ('gone', false, true, false), ('olga', false, false, true), ('rita', false, false, true),
      ('walt', false, false, true), ('nora', false, false, true), ('both', false, false, true),
      ('max', false, false, true), ('sue', false, false, true);
    INSERT INTO registry.repositories (namespace, name, visibility) VALUES
      ('acme', 'app', 'private'), ('acme', 'hidden', 'private'), ('acme', 'open', 'public'),
      ('other', 'app', 'private'), ('sue', 'app', 'private');
    INSERT INTO accounts.members (org_id, user_id, is_owner)
      SELECT o.id, u.id, u.name = 'olga' FROM accounts.accounts o, accounts.accounts u
      WHERE o.name = 'acme' AND u.name IN ('olga', 'rita', 'walt', 'nora', 'both', 'max');
    INSERT INTO accounts.teams (org_id, name)
      SELECT id, unnest(ARRAY['readers', 'writers', 'namers', 'admins']) FROM accounts.accounts WHERE name = 'acme';
    INSERT INTO accounts.team_members (team_id, org_id, user_id)
      SELECT t.id, t.org_id, u.id FROM accounts.teams t
      JOIN (VALUES ('readers', 'rita'), ('writers', 'walt'), ('namers', 'nora'), ('readers', 'both'), ('admins', 'both'))
        AS of_team (team, member) ON of_team.team = t.name
      JOIN accounts.accounts u ON u.name = of_team.member;
    INSERT INTO registry.repository_team_access (repository_id, team_id, access_level)
      SELECT r.id, t.id, g.level::registry.access_level FROM registry.repositories r, accounts.teams t
      JOIN (VALUES ('readers', 'read-only'), ('writers', 'read-write'), ('admins', 'admin')) AS g (team, level)
        ON g.team = t.name WHERE r.namespace = 'acme' AND r.name = 'app';
    INSERT INTO registry.namespace_team_access (namespace, team_id, access_level)
      SELECT 'acme', id, 'admin' FROM accounts.teams WHERE name = 'namers'`);
  return pool;
}

const accountOf = (pool: pg.Pool, name: string) =>
  name === '' ? Promise.resolve(undefined) : findActiveAccount(pool, name);

// Of each account: acme/app, acme/hidden, acme/open, acme/none, and the namespace itself.
const levels: Readonly<Record<string, readonly (string | undefined)[]>> = {
  '': [undefined, undefined, 'read-only', undefined, undefined],
  sue: [undefined, undefined, 'read-only', undefined, undefined],
  max: [undefined, undefined, 'read-only', undefined, undefined],
  rita: ['read-only', undefined, 'read-only', undefined, undefined],
  walt: ['read-write', undefined, 'read-only', undefined, undefined],
  both: ['admin', undefined, 'read-only', undefined, undefined],
  nora: ['admin', 'admin', 'admin', 'admin', 'admin'],
  olga: ['admin', 'admin', 'admin', 'admin', 'admin'],
  root: ['admin', 'admin', 'admin', 'admin', 'admin'],
};

test('grants add up, the highest level counts, and what is granted in one place says nothing of another', async (t) => {
  const pool = await createOrganization(t);
  for (const [name, expected] of Object.entries(levels)) {
    const account = await accountOf(pool, name);
    const actual: (string | undefined)[] = [];
    for (const repository of ['app', 'hidden', 'open', 'none']) {
      actual.push((await repositoryAccess(pool, account, 'acme', repository)).level);
    }
    actual.push(await namespaceAccess(pool, account, 'acme'));
    assert.deepEqual(actual, expected, name);
    assert.equal(await mayCreateRepositories(pool, name, 'acme'), expected.at(-1) === 'admin', name);
  }
  for (const name of ['olga', 'nora', 'both']) {
    const account = await accountOf(pool, name);
    assert.equal((await repositoryAccess(pool, account, 'other', 'app')).level, undefined, name);
  }
  assert.equal((await repositoryAccess(pool, await accountOf(pool, 'sue'), 'sue', 'app')).level, 'admin');
});

test('tokens permit what the level does', async (t) => {
  const pool = await createOrganization(t);
  const actions = ['pull', 'push', 'delete', '*', 'other'];
  const granted = async (name: string, repository: string) => {
    const asked = [{ type: 'repository', name: `acme/${repository}`, actions } as const];
    const [scope] = await grantScopes(pool, await accountOf(pool, name), asked);
    return scope?.actions.join() ?? '';
  };
  assert.equal(await granted('rita', 'app'), 'pull');
  assert.equal(await granted('walt', 'app'), 'pull,push,delete');
  assert.equal(await granted('both', 'app'), 'pull,push,delete,*');
  assert.equal(await granted('sue', 'open'), 'pull');
  assert.equal(await granted('walt', 'none'), '');
  await pool.query(`UPDATE registry.namespace_team_access SET access_level = 'read-write'`);
  assert.equal(await granted('nora', 'hidden'), 'pull,push,delete');
  assert.equal(await granted('nora', 'none'), 'pull', 'to write in a namespace is not to create in it');
  await pool.query(`UPDATE registry.namespace_team_access SET access_level = 'admin'`);
  assert.equal(await granted('nora', 'none'), 'pull,push,delete,*');
});

test('lists and mounts of the registry see what single repositories say', async (t) => {
  const pool = await createOrganization(t);
  await pool.query(`
    INSERT INTO registry.blobs (digest, size_bytes, storage_key) VALUES ('sha256:1', 1, 'key');
    INSERT INTO registry.repository_blobs (repository_id, blob_id)
      SELECT r.id, b.id FROM registry.repositories r, registry.blobs b WHERE r.namespace = 'acme' AND r.name = 'app'`);
  const { rows: all } = await pool.query<{ namespace: string; name: string }>(
    'SELECT namespace, name FROM registry.repositories ORDER BY namespace, name',
  );
  const wholePage = { limit: 100, from: { namespace: '', name: '' }, isInclusive: true };
  for (const name of [...Object.keys(levels), 'gone', 'acme', 'nobody']) {
    const account = await accountOf(pool, name);
    const readable = await readableRepositories(pool, name);
    const expected: string[] = [];
    for (const repository of all) {
      const full = `${repository.namespace}/${repository.name}`;
      const { level } = await repositoryAccess(pool, account, repository.namespace, repository.name);
      assert.equal(await isReadable(pool, readable, { ...repository, full }), level !== undefined, `${name} ${full}`);
      if (level !== undefined) expected.push(full);
    }
    const listed = await listReadable(pool, readable, wholePage);
    assert.deepEqual(
      listed.map((repository) => `${repository.namespace}/${repository.name}`),
      expected,
      name,
    );
    const source = await findReadableSource(pool, readable, 'sha256:1');
    assert.equal(
      source?.full,
      expected.find((full) => full === 'acme/app'),
      name,
    );
  }
});

test('who is what to an organization', async (t) => {
  const pool = await createOrganization(t);
  const { rows } = await pool.query<{ id: string }>(`SELECT id FROM accounts.accounts WHERE name = 'acme'`);
  const roles: (string | undefined)[] = [];
  for (const name of ['root', 'olga', 'max', 'sue']) {
    const account = await findActiveAccount(pool, name);
    assert.ok(account);
    roles.push(await organizationRole(pool, account, rows[0]?.id ?? ''));
  }
  assert.deepEqual(roles, ['owner', 'owner', 'member', undefined]);
});

test('who leaves an organization leaves its teams, and a team that goes takes its grants along', async (t) => {
  const pool = await createOrganization(t);
  const walt = await findActiveAccount(pool, 'walt');
  await pool.query('DELETE FROM accounts.members WHERE user_id = $1', [walt?.id]);
  assert.equal((await repositoryAccess(pool, walt, 'acme', 'app')).level, undefined);
  await pool.query(`DELETE FROM accounts.teams WHERE name = 'readers'`);
  assert.equal((await repositoryAccess(pool, await findActiveAccount(pool, 'rita'), 'acme', 'app')).level, undefined);
});
