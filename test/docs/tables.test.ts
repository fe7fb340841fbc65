import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readSources, root, withoutComments } from './imports.ts';

/** Files that see a table of another room, and why that has to be one statement. */
const shared: readonly { readonly file: string; readonly tables: readonly string[]; readonly reason: string }[] = [
  {
    file: 'accounts/policy/access.ts',
    tables: ['registry.repositories'],
    reason: 'grants and visibility decide together, at one moment, who may do what with a repository',
  },
  {
    file: 'accounts/team-access-store.ts',
    tables: ['registry.repositories'],
    reason: 'a page of grants is in the order of the names of repositories, which are deleted without their grants',
  },
  {
    file: 'events/event-store.ts',
    tables: ['registry.repositories', 'accounts.accounts'],
    reason: 'an event is seen only by whom the name belongs to since it happened',
  },
  {
    file: 'events/events.ts',
    tables: ['accounts.accounts', 'accounts.robots'],
    reason: 'an event keeps the id that its actor has at that moment, without another statement of every push',
  },
  {
    file: 'events/prune-events.ts',
    tables: ['jobs.jobs'],
    reason: 'an event that a webhook has still to deliver stays, and is not looked at before it is deleted',
  },
  {
    file: 'events/sign-in-attempts.ts',
    tables: ['accounts.accounts'],
    reason: 'an event keeps the id that its account has at that moment; a thousand attempts are one statement',
  },
  {
    file: 'registry/repositories/delete-repository.ts',
    tables: ['registry.repository_team_access'],
    reason: 'grants end in the transaction that takes the name away, and accounts/ is above registry/',
  },
  {
    file: 'registry/repositories/readable-repositories.ts',
    tables: ['registry.repository_team_access'],
    reason: 'a page of what somebody may read costs the same however many grants there are',
  },
  {
    file: 'registry/repositories/repository-store.ts',
    tables: ['accounts.accounts'],
    reason: 'a list says of each repository whether a user or an organization has it',
  },
  {
    file: 'settings/usage-report.ts',
    tables: [
      'accounts.accounts',
      'accounts.teams',
      'jobs.jobs',
      'registry.blobs',
      'registry.events',
      'registry.manifests',
      'registry.repositories',
      'registry.tags',
    ],
    reason: 'it counts what there is, one table after the other, and knows no more of them than their names',
  },
];

/** The tables that there are once all migrations are through. */
async function readTables(): Promise<Set<string>> {
  const folder = join(root, 'database/migrations');
  const tables = new Set<string>();
  for (const file of (await readdir(folder)).toSorted()) {
    const text = await readFile(join(folder, file), 'utf8');
    for (const [, what, table = ''] of text.matchAll(/^(CREATE|DROP) TABLE (?:IF (?:NOT )?EXISTS )?(\w+\.\w+)/gm)) {
      if (what === 'CREATE') tables.add(table);
      else tables.delete(table);
    }
  }
  return tables;
}

/** What the rooms of ARCHITECTURE.md own: tables, or whole schemas as `schema.*`. */
async function readOwners(): Promise<Map<string, string>> {
  const page = await readFile(join(root, 'ARCHITECTURE.md'), 'utf8');
  const owners = new Map<string, string>();
  for (const [, room = '', owned = ''] of page.matchAll(/^\| `(\w+)\/` *\| ((?:`\w+\.[\w*]+`(?:, )?)+) *\|$/gm)) {
    for (const [, table = ''] of owned.matchAll(/`(\w+\.[\w*]+)`/g)) owners.set(table, room);
  }
  return owners;
}

test('the tables of a room are read and written by that room alone', async () => {
  const tables = await readTables();
  const owners = await readOwners();
  assert.ok(tables.size > 40, `only ${tables.size} tables were found`);
  for (const [owned] of owners) assert.ok(owned.endsWith('.*') || tables.has(owned), `there is no table ${owned}`);

  const foreign = new Set<string>();
  for (const [path, text] of await readSources()) {
    for (const [table] of withoutComments(text).matchAll(/\b[a-z]+\.[a-z_]+\b/g)) {
      if (!tables.has(table)) continue;
      const owner = owners.get(table) ?? owners.get(table.replace(/\..*/, '.*'));
      assert.ok(owner !== undefined, `ARCHITECTURE.md names no owner of ${table}`);
      if (!path.startsWith(`${owner}/`)) foreign.add(`${path} has SQL of ${table}, which ${owner}/ owns`);
    }
  }
  const excused = shared.flatMap(({ file, tables: seen }) =>
    seen.map((table) => {
      const owner = owners.get(table) ?? owners.get(table.replace(/\..*/, '.*'));
      return `${file} has SQL of ${table}, which ${owner}/ owns`;
    }),
  );
  assert.deepEqual([...foreign].toSorted(), excused.toSorted());
});
