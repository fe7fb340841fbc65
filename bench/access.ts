// How long it takes to find out who may do what, with 10,000 private repositories in 100 organizations, 1,000 teams, 5,000
// users and 1,000 robots: `npm run bench:access`. The limit beside each figure is the most that it
// may take.
import { administeredRepositories, readableRepositories, repositoryAccess } from '../accounts/policy/access.ts';
import { listRepositories } from '../registry/repositories/repository-store.ts';
import { findActiveSubject } from '../accounts/subjects.ts';
import { openBenchDatabase } from './database.ts';
import { createMeasure } from './sql/measure.ts';
import { countReadable, findReadableSource, listReadable } from '../registry/repositories/readable-repositories.ts';

const limitMs = 50;

await using cleanUp = new AsyncDisposableStack();
const pool = await openBenchDatabase(cleanUp);

// Each organization has 10 teams, 100 repositories and 50 users, of whom each is in 5 of the teams; a team is granted 20
// repositories, the last one as their administrator, and every tenth team the whole namespace. "everywhere" is in all 1,000
// teams, "nowhere" in none. A robot has all of two namespaces; "wide" has 100 repositories.
await pool.query(`
  INSERT INTO accounts.accounts (name, is_org) SELECT 'org-' || i, true FROM generate_series(0, 99) i;
  INSERT INTO accounts.accounts (name) SELECT 'user-' || i FROM generate_series(0, 4999) i;
  INSERT INTO accounts.accounts (name) VALUES ('everywhere'), ('nowhere');
  INSERT INTO accounts.accounts (name, is_admin) VALUES ('admin', true);
  INSERT INTO registry.repositories (namespace, name)
    SELECT 'org-' || o, 'app-' || i FROM generate_series(0, 99) o, generate_series(0, 99) i;
  INSERT INTO accounts.teams (org_id, name)
    SELECT a.id, 'team-' || i FROM accounts.accounts a, generate_series(0, 9) i WHERE a.is_org;
  INSERT INTO accounts.members (org_id, user_id)
    SELECT o.id, u.id FROM accounts.accounts o JOIN accounts.accounts u
      ON u.name = 'everywhere' OR (u.name LIKE 'user-%' AND substr(u.name, 6)::int % 100 = substr(o.name, 5)::int)
    WHERE o.is_org;
  INSERT INTO accounts.team_members (team_id, org_id, user_id)
    SELECT t.id, t.org_id, u.id FROM accounts.teams t JOIN accounts.members m ON m.org_id = t.org_id
    JOIN accounts.accounts u ON u.id = m.user_id
    WHERE u.name = 'everywhere' OR (substr(u.name, 6)::int / 100 + substr(t.name, 6)::int) % 2 = 0;
  INSERT INTO registry.repository_team_access (repository_id, team_id, access_level)
    SELECT r.id, t.id, CASE t.name WHEN 'team-9' THEN 'admin' ELSE 'read-only' END::registry.access_level
    FROM accounts.teams t JOIN accounts.accounts o ON o.id = t.org_id
    JOIN registry.repositories r ON r.namespace = o.name
      AND (substr(r.name, 5)::int + substr(t.name, 6)::int) % 5 = 0;
  INSERT INTO registry.namespace_team_access (namespace, team_id, access_level)
    SELECT o.name, t.id, 'read-write' FROM accounts.teams t JOIN accounts.accounts o ON o.id = t.org_id
    WHERE t.name = 'team-0' AND substr(o.name, 5)::int % 2 = 0;
  INSERT INTO registry.blobs (digest, size_bytes, storage_key) VALUES ('sha256:base', 1, 'base');
  INSERT INTO registry.repository_blobs (repository_id, blob_id)
    SELECT r.id, b.id FROM registry.repositories r, registry.blobs b;
  INSERT INTO accounts.robots (name, description, create_repositories, secret_hash, created_by)
    SELECT 'robot$robot-' || i, '', false, i::text, 'admin' FROM generate_series(0, 998) i UNION ALL
    SELECT 'robot$wide', '', false, 'wide', 'admin';
  INSERT INTO accounts.robot_permissions (robot_id, namespace, repository, actions)
    SELECT b.id, 'org-' || (i + o) % 100, '*', ARRAY['pull', 'push'] FROM generate_series(0, 998) i, generate_series(0, 1) o,
      accounts.robots b WHERE b.name = 'robot$robot-' || i UNION ALL
    SELECT id, 'org-' || i, 'app-' || i, ARRAY['pull'] FROM accounts.robots, generate_series(0, 99) i WHERE name = 'robot$wide'`);
await pool.query('VACUUM ANALYZE');

const from = { namespace: '', name: '' };
const lists = [
  [
    'catalog, 1,000',
    async (name: string) => {
      const readable = await readableRepositories(pool, name);
      return listReadable(pool, readable, { limit: 1_000, from, isInclusive: false });
    },
  ],
  [
    'repositories, 10, and how many',
    async (name: string) => {
      const readable = await readableRepositories(pool, name);
      await countReadable(pool, readable, undefined);
      return listRepositories(pool, readable, { pageSize: 10 });
    },
  ],
  [
    'repositories, 1,000',
    async (name: string) => listRepositories(pool, await readableRepositories(pool, name), { pageSize: 1_000 }),
  ],
  [
    'source of a mount',
    async (name: string) => findReadableSource(pool, await readableRepositories(pool, name), 'sha256:base'),
  ],
  [
    'access to a repository',
    async (name: string) => repositoryAccess(pool, await findActiveSubject(pool, name), 'org-99', 'app-3'),
  ],
  [
    'what is administered',
    async (name: string) => {
      const account = await findActiveSubject(pool, name);
      if (!account) throw new Error(`there is no ${name}`);
      return administeredRepositories(pool, account);
    },
  ],
] as const;

const people = ['user-142', 'everywhere', 'nowhere', 'admin', 'robot$robot-42', 'robot$wide'];
await createMeasure(pool).cases(
  lists.flatMap(([what, run]) => people.map((name) => ({ name: `${what}: ${name}`, limitMs, run: () => run(name) }))),
);
