// How long it takes to find out who may do what, with 10,000 private repositories in 100 organizations, 1,000 teams and
// 5,000 users: `npm run bench:access`. The limit beside each figure is what the design asks for.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findActiveAccount } from '../api/enzi/accounts.ts';
import { readableRepositories, repositoryAccess } from '../api/policy/access.ts';
import { listRepositories } from '../api/repository-store.ts';
import { migrate } from '../database/migrate.ts';
import { createPool } from '../database/pool.ts';
import { startPostgres } from '../local/postgres.ts';
import { countReadable, findReadableSource, listReadable } from '../registry/readable-repositories.ts';

const repeats = 20;
const limitMs = 50;

await using cleanUp = new AsyncDisposableStack();
const dataDir = await mkdtemp(join(tmpdir(), 'jobrunner-bench-'));
cleanUp.defer(() => rm(dataDir, { recursive: true, force: true }));
const server = await startPostgres({ dataDir, onProgress: () => undefined, isDurable: false });
cleanUp.defer(() => server.stop());
const pool = createPool({ connectionString: server.url, applicationName: 'bench', onError: console.error });
cleanUp.defer(() => pool.end());
await migrate(pool);

// Each organization has 10 teams, 100 repositories and 50 users, of whom each is in 5 of the teams; a team is granted 20
// repositories, and every tenth team the whole namespace. "everywhere" is in all 1,000 teams, "nowhere" in none.
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
    SELECT r.id, t.id, 'read-only' FROM accounts.teams t JOIN accounts.accounts o ON o.id = t.org_id
    JOIN registry.repositories r ON r.namespace = o.name
      AND (substr(r.name, 5)::int + substr(t.name, 6)::int) % 5 = 0;
  INSERT INTO registry.namespace_team_access (namespace, team_id, access_level)
    SELECT o.name, t.id, 'read-write' FROM accounts.teams t JOIN accounts.accounts o ON o.id = t.org_id
    WHERE t.name = 'team-0' AND substr(o.name, 5)::int % 2 = 0;
  INSERT INTO registry.blobs (digest, size_bytes, storage_key) VALUES ('sha256:base', 1, 'base');
  INSERT INTO registry.repository_blobs (repository_id, blob_id)
    SELECT r.id, b.id FROM registry.repositories r, registry.blobs b`);
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
    'repositories of the API, 10, and how many',
    async (name: string) => {
      const readable = await readableRepositories(pool, name);
      await countReadable(pool, readable, undefined);
      return listRepositories(pool, readable, { pageSize: 10 });
    },
  ],
  [
    'repositories of the API, 1,000',
    async (name: string) => listRepositories(pool, await readableRepositories(pool, name), { pageSize: 1_000 }),
  ],
  [
    'source of a mount',
    async (name: string) => findReadableSource(pool, await readableRepositories(pool, name), 'sha256:base'),
  ],
  [
    'access to one repository',
    async (name: string) => repositoryAccess(pool, await findActiveAccount(pool, name), 'org-99', 'app-3'),
  ],
] as const;

console.log(
  `${'what'.padEnd(44)}${'who'.padEnd(12)}${'p50 ms'.padStart(10)}${'worst ms'.padStart(10)}${'limit ms'.padStart(10)}`,
);
for (const [what, run] of lists) {
  for (const name of ['user-142', 'everywhere', 'nowhere', 'admin']) {
    // The first of a statement plans it; a process does that once.
    await run(name);
    const timesMs: number[] = [];
    for (let i = 0; i < repeats; i++) {
      const startedMs = performance.now();
      await run(name);
      timesMs.push(performance.now() - startedMs);
    }
    timesMs.sort((a, b) => a - b);
    const worstMs = timesMs.at(-1) ?? 0;
    const figures = [timesMs[repeats / 2] ?? 0, worstMs].map((ms) => ms.toFixed(1).padStart(10)).join('');
    console.log(
      `${what.padEnd(44)}${name.padEnd(12)}${figures}${String(limitMs).padStart(10)}${worstMs > limitMs ? '  over' : ''}`,
    );
  }
}
