import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maxPageBytes } from '../../api/http/paging.ts';
import { createOrganization } from '../accounts/organization.ts';
import { startApi, type TestApi } from './test-api.ts';

const api0 = '/api/v0';
const enzi = '/enzi/v0/accounts';
const app = `${api0}/repositories/acme/app`;

// What JSON writes in six bytes.
const wide = `E'\\x01'`;
const mostOf = (length: number): string => `repeat(${wide}, ${length})`;

interface List {
  /** Where the entries are in the answer; undefined: it is a list. */
  readonly in?: string;
  readonly path?: string;
  /** The parameter that begins a page, and the one that says how long it is. */
  readonly by?: readonly [start: string, size: string];
  /** Makes the largest rows that forms take, more of them than fit a page. Gives how many entries there are to be. */
  readonly fill: (api: TestApi) => Promise<number>;
}

const msr = ['pageStart', 'pageSize'] as const;
const ofEnzi = ['start', 'limit'] as const;

async function run({ pool }: TestApi, sql: string, values: unknown[] = []): Promise<void> {
  await pool.query(sql, values);
}

async function countOf({ pool }: TestApi, from: string): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(`SELECT count(*) AS count FROM ${from}`);
  return rows[0]?.count ?? 0;
}

const filled = (sql: string, from: string): List['fill'] => {
  return async (api) => {
    await run(api, sql);
    return countOf(api, from);
  };
};

const ofAcme = `(SELECT id FROM accounts.accounts WHERE name = 'acme')`;
const ofApp = `(SELECT id FROM registry.repositories WHERE namespace = 'acme' AND name = 'app')`;
const readers = `(SELECT id FROM accounts.teams WHERE name = 'readers')`;
const webhooks = (key: string): string => `
  INSERT INTO registry.webhooks (type, key, endpoint, author_id, tls_cert)
  SELECT 'TAG_PUSH', '${key}', 'https://192.0.2.1/' || repeat('x', 2000), id, repeat('x', 65536)
  FROM accounts.accounts, generate_series(1, 100) WHERE name = 'admin'`;
const users = `INSERT INTO accounts.accounts (name, full_name)
  SELECT 'user-' || i, ${mostOf(255)} FROM generate_series(1, 1200) i ON CONFLICT DO NOTHING`;
const members = `${users}; INSERT INTO accounts.members (org_id, user_id)
  SELECT ${ofAcme}, id FROM accounts.accounts WHERE name LIKE 'user-%' ON CONFLICT DO NOTHING`;
const teams = `INSERT INTO accounts.teams (org_id, name, description)
  SELECT ${ofAcme}, 'team-' || i, ${mostOf(1_000)} FROM generate_series(1, 1100) i ON CONFLICT DO NOTHING`;
const repositories = `INSERT INTO registry.repositories (namespace, name, short_description, long_description)
  SELECT 'acme', 'r-' || i || repeat('x', 200), ${mostOf(1_000)}, ${mostOf(100_000)}
  FROM generate_series(1, 1100) i ON CONFLICT DO NOTHING`;
const job = `INSERT INTO jobs.jobs (id, action, status, parameters, capacity_map, retry_from_id, retries_left,
    retries_total, deadline, stop_timeout, trigger, requested_by, scheduled_at, ended_at, failure)
  SELECT 'job-' || i, 'sleep', 'done', jsonb_build_object('a', repeat('x', 60000)), '{}', '', 0, 0, '', '', 'api', 'admin',
    now() - i * interval '1 s', now(), ${mostOf(1_000)} FROM generate_series(1, 150) i`;

const single = 'one record';
const ofActions = 'one entry for each action of the program, with what its form takes';

// Every route that is read. A list is filled; of what is none, or is bounded by itself, it says why. A new route fails the
// test: enter it here.
const lists: Readonly<Record<string, string | List>> = {
  [`${api0}/repositories`]: {
    in: 'repositories',
    fill: filled(repositories, 'registry.repositories'),
  },
  [`${api0}/repositories/:namespace`]: {
    in: 'repositories',
    path: `${api0}/repositories/acme`,
    fill: filled(repositories, `registry.repositories WHERE namespace = 'acme'`),
  },
  [`${api0}/repositories/:namespace/:reponame/tags`]: {
    path: `${app}/tags?includeManifests=true`,
    fill: filled(
      `WITH m AS (
         INSERT INTO registry.manifests (repository_id, digest, media_type, config_media_type, payload, pushed_by)
         VALUES (${ofApp}, 'sha256:1', 'm', repeat('x', 4000000), '', repeat('x', 255)) RETURNING id)
       INSERT INTO registry.tags (repository_id, name, manifest_id, author)
       SELECT ${ofApp}, i || repeat('x', 120), m.id, repeat('x', 255) FROM m, generate_series(1, 2500) i`,
      'registry.tags',
    ),
  },
  [`${api0}/repositories/:namespace/:reponame/manifests`]: {
    path: `${app}/manifests`,
    fill: filled(
      `INSERT INTO registry.manifests (repository_id, digest, media_type, config_media_type, payload, pushed_by)
       SELECT ${ofApp}, 'sha512:' || i || repeat('0', 120), 'm', repeat('x', 100000), '', repeat('x', 255)
       FROM generate_series(1, 2500) i`,
      `registry.manifests WHERE repository_id = ${ofApp}`,
    ),
  },
  [`${api0}/content_caches`]: {
    fill: filled(
      `INSERT INTO accounts.content_caches (name, host)
       SELECT ${mostOf(100)}, repeat('x', 255) FROM generate_series(1, 2500)`,
      'accounts.content_caches',
    ),
  },
  [`${api0}/repositories/:namespace/:reponame/events`]: {
    in: 'events',
    path: `${app}/events`,
    fill: filled(
      `DELETE FROM registry.events;
       INSERT INTO registry.events (id, kind, type, actor, object_type, namespace, repository, contents)
       SELECT gen_random_uuid(), 'TAG_PUSH', 'CREATE', 'admin', 'TAG', 'acme', 'app',
         jsonb_build_object('tag', repeat('x', 50000)) FROM generate_series(1, 150)`,
      'registry.events',
    ),
  },
  [`${api0}/events`]: {
    in: 'events',
    fill: filled(
      `DELETE FROM registry.events;
       INSERT INTO registry.events (id, kind, type, actor, object_type, namespace, repository, contents)
       SELECT gen_random_uuid(), 'ROBOT_UPDATE', 'UPDATE', 'admin', 'ROBOT', 'acme', '',
         jsonb_build_object('from', repeat('x', 50000)) FROM generate_series(1, 150)`,
      `registry.events WHERE object_type <> 'SIGN_IN'`,
    ),
  },
  [`${api0}/repositories/:namespace/:reponame/teamAccess`]: {
    in: 'teamAccessList',
    path: `${app}/teamAccess`,
    fill: filled(
      `${teams}; INSERT INTO registry.repository_team_access SELECT ${ofApp}, id, 'read-only' FROM accounts.teams
       ON CONFLICT DO NOTHING`,
      `registry.repository_team_access WHERE repository_id = ${ofApp}`,
    ),
  },
  [`${api0}/repositoryNamespaces/:namespace/teamAccess`]: {
    in: 'teamAccessList',
    path: `${api0}/repositoryNamespaces/acme/teamAccess`,
    fill: filled(
      `${teams}; INSERT INTO registry.namespace_team_access SELECT 'acme', id, 'read-only' FROM accounts.teams`,
      'registry.namespace_team_access',
    ),
  },
  [`${api0}/accounts/:organization/teams/:team/repositoryAccess`]: {
    in: 'repositoryAccessList',
    path: `${api0}/accounts/acme/teams/readers/repositoryAccess`,
    fill: filled(
      `${repositories}; INSERT INTO registry.repository_team_access
       SELECT id, ${readers}, 'read-only' FROM registry.repositories ON CONFLICT DO NOTHING`,
      `registry.repository_team_access WHERE team_id = ${readers}`,
    ),
  },
  [`${api0}/webhooks`]: { fill: filled(`DELETE FROM registry.webhooks; ${webhooks('')}`, 'registry.webhooks') },
  [`${api0}/accounts/:namespace/webhooks`]: {
    path: `${api0}/accounts/acme/webhooks`,
    fill: filled(webhooks('acme'), `registry.webhooks WHERE key = 'acme'`),
  },
  [`${api0}/repositories/:namespace/:reponame/webhooks`]: {
    path: `${app}/webhooks`,
    fill: filled(webhooks('acme/app'), `registry.webhooks WHERE key = 'acme/app'`),
  },
  [`${api0}/robots`]: {
    in: 'robots',
    fill: filled(
      `WITH r AS (
         INSERT INTO accounts.robots (name, namespace, description, create_repositories, secret_hash, created_by)
         SELECT 'robot$acme+' || i, 'acme', ${mostOf(1_000)}, false, i::text, 'admin' FROM generate_series(1, 60) i
         RETURNING id)
       INSERT INTO accounts.robot_permissions
       SELECT id, 'acme', i || repeat('x', 245), '{pull,push,delete}' FROM r, generate_series(1, 500) i`,
      'accounts.robots',
    ),
  },
  [`${api0}/api_tokens`]: {
    fill: filled(
      `INSERT INTO accounts.client_tokens (token_hash, account_id, generated_by, label, creator_ua)
       SELECT encode(sha256(i::text::bytea), 'hex'), id, 'user', ${mostOf(255)}, ${mostOf(255)}
       FROM accounts.accounts, generate_series(1, 2000) i WHERE name = 'ada'`,
      'accounts.client_tokens',
    ),
  },
  [`${api0}/jobs`]: { in: 'jobs', by: ['start', 'limit'], fill: filled(job, 'jobs.jobs') },
  [`${api0}/jobs/:jobID/logs`]: {
    path: `${api0}/jobs/job-1/logs`,
    by: ['offset', 'limit'],
    fill: filled(
      `INSERT INTO jobs.log_lines (job_id, line_num, data)
       SELECT 'job-1', i - 1, repeat('x', 50000) FROM generate_series(1, 150) i`,
      'jobs.log_lines',
    ),
  },
  [`${api0}/crons`]: {
    in: 'crons',
    fill: filled(
      `INSERT INTO jobs.crons (name, action, schedule, retries, parameters, capacity_map, deadline, stop_timeout, requested_by)
       SELECT 'cron-' || i, 'sleep', '@daily', 0, jsonb_build_object('a', repeat('x', 60000)), '{}', '', '', 'admin'
       FROM generate_series(1, 150) i`,
      'jobs.crons',
    ),
  },
  [`${api0}/workers`]: {
    in: 'workers',
    fill: filled(
      `INSERT INTO jobs.deployments (name, capacity_map) VALUES ('default', '{}') ON CONFLICT DO NOTHING;
       INSERT INTO jobs.workers (id, deployment, status, version, roles, heartbeat_expiration)
       SELECT 'w' || i || repeat('x', 200), 'default', 'running', '0', '{worker}', now() FROM generate_series(1, 2500) i`,
      'jobs.workers',
    ),
  },
  [`${api0}/deployments`]: {
    in: 'deployments',
    fill: filled(
      `INSERT INTO jobs.deployments (name, capacity_map)
       SELECT 'd' || i, (SELECT jsonb_object_agg(j || repeat('x', 62), 2000000000) FROM generate_series(1, 16) j)
       FROM generate_series(1, 2500) i`,
      'jobs.deployments',
    ),
  },
  [enzi]: { in: 'accounts', by: ofEnzi, fill: filled(users, 'accounts.accounts') },
  [`${enzi}/:username/organizations`]: {
    in: 'memberOrgs',
    path: `${enzi}/ada/organizations`,
    by: ofEnzi,
    fill: filled(
      `INSERT INTO accounts.accounts (name, full_name, is_org) SELECT 'org-' || i, ${mostOf(255)}, true FROM generate_series(1, 1100) i;
       INSERT INTO accounts.members (org_id, user_id)
       SELECT o.id, u.id FROM accounts.accounts o, accounts.accounts u WHERE o.name LIKE 'org-%' AND u.name = 'ada'`,
      `accounts.members WHERE user_id = (SELECT id FROM accounts.accounts WHERE name = 'ada')`,
    ),
  },
  [`${enzi}/:organization/members`]: {
    in: 'members',
    path: `${enzi}/acme/members`,
    by: ofEnzi,
    fill: filled(members, `accounts.members WHERE org_id = ${ofAcme}`),
  },
  [`${enzi}/:organization/teams`]: {
    in: 'teams',
    path: `${enzi}/acme/teams`,
    by: ofEnzi,
    fill: filled(teams, `accounts.teams WHERE org_id = ${ofAcme}`),
  },
  [`${enzi}/:organization/teams/:team/members`]: {
    in: 'members',
    path: `${enzi}/acme/teams/readers/members`,
    by: ofEnzi,
    fill: filled(
      `${members}; INSERT INTO accounts.team_members (team_id, org_id, user_id)
       SELECT ${readers}, org_id, user_id FROM accounts.members WHERE org_id = ${ofAcme} ON CONFLICT DO NOTHING`,
      `accounts.team_members WHERE team_id = ${readers}`,
    ),
  },
  [`${enzi}/:username/publicKeys`]: {
    in: 'accountPublicKeys',
    path: `${enzi}/ada/publicKeys`,
    by: ofEnzi,
    fill: filled(
      `INSERT INTO accounts.public_keys (fingerprint, account_id, label, certificate)
       SELECT i::text, id, ${mostOf(255)}, repeat('x', 65536) FROM accounts.accounts, generate_series(1, 100) i
       WHERE name = 'ada'`,
      'accounts.public_keys',
    ),
  },
  [`${enzi}/:username/sessions`]: {
    in: 'sessions',
    path: `${enzi}/ada/sessions`,
    by: ofEnzi,
    fill: filled(
      `INSERT INTO accounts.sessions (token_hash, account_id, address, user_agent, expires_at)
       SELECT i::text, id, '::1', ${mostOf(255)}, now() + interval '1 day' FROM accounts.accounts, generate_series(1, 1500) i
       WHERE name = 'ada'`,
      'accounts.sessions',
    ),
  },

  [`${api0}/index/autocomplete`]: 'a hundred accounts and repositories at most',
  [`${api0}/index/dockersearch`]: 'a hundred repositories at most',
  '/v1/search': 'a hundred repositories at most',
  [`${api0}/content_caches/:contentcacheuuid`]: single,
  [`${api0}/accounts/:username/settings`]: single,
  '/enzi/v0/conf/auth/ldap': single,
  '/ca': single,
  [`${api0}/actions`]: 'the catalogue of the program',
  [`${api0}/actions/:action`]: single,
  [`${api0}/action_configs`]: ofActions,
  [`${api0}/action_configs/:action`]: single,
  [`${api0}/queues`]: ofActions,
  [`${api0}/meta/alerts`]: 'twenty of a kind at most',
  [`${api0}/repositories/:namespace/:reponame/tags/:reference`]: 'a thousand entries of one tag at most',
  '/auth/jwks': 'the few keys that sign, which are changed in turn',
  '/auth/root.pem': single,
  '/auth/token': single,
  '/': single,
  '/temporal': 'the Temporal UI, passed on as it comes',
  '/temporal/*': 'the Temporal UI, passed on as it comes',
  [`${enzi}/:organization/teams/:team/memberSyncConfig`]: 'a hundred groups of each provider at most',
  [`${api0}/accounts/:username/repositoryAccess/:namespace/:reponame`]: single,
  [`${api0}/accounts/language`]: single,
  [`${api0}/admin/version`]: single,
  [`${api0}/api_tokens/:hashedtoken`]: single,
  [`${api0}/crons/:cron`]: single,
  [`${api0}/jobs/:jobID`]: single,
  [`${api0}/meta/analytics/preview`]: single,
  [`${api0}/openapi.json`]: single,
  [`${api0}/docs.json`]: single,
  [`${api0}/meta/cluster_status`]: single,
  [`${api0}/meta/features`]: single,
  [`${api0}/meta/settings`]: single,
  [`${api0}/repositories/:namespace/:reponame`]: single,
  [`${api0}/repositoryNamespaces/:namespace/teamAccess/:team`]: single,
  [`${api0}/robots/:robot`]: single,
  [`${enzi}/:username`]: single,
  [`${enzi}/:organization/members/:member`]: single,
  [`${enzi}/:organization/teams/:team`]: single,
  [`${enzi}/:organization/teams/:team/members/:member`]: single,
  '/enzi/v0/login': single,
  '/enzi/v0/oidc/callback': single,
  '/enzi/v0/oidc/login': single,
  '/enzi/v0/session': single,
  '/_ping': single,
  '/health': single,
  '/livez': single,
  '/readyz': single,
};

interface Followed {
  readonly entries: unknown[];
  readonly pages: number;
  readonly largestBytes: number;
}

/** All entries of a list, by the header that leads to the next page. */
async function follow(api: TestApi, url: string, { in: field, by = msr }: List, size?: number): Promise<Followed> {
  const entries: unknown[] = [];
  let largestBytes = 0;
  let start: string | undefined;
  for (let pages = 1; ; pages++) {
    const query = new URLSearchParams({
      ...(start !== undefined && { [by[0]]: start }),
      ...(size !== undefined && { [by[1]]: String(size) }),
    });
    const response = await api.send('GET', `${url}${url.includes('?') ? '&' : '?'}${query.toString()}`);
    assert.equal(response.status, 200, response.text.slice(0, 1_000));
    largestBytes = Math.max(largestBytes, Buffer.byteLength(response.text));
    const body = response.json as Record<string, unknown[]>;
    const page = field === undefined ? (response.json as unknown[]) : (body[field] ?? []);
    assert.ok(page.length > 0, `${url}: a page has entries`);
    entries.push(...page);
    const next = response.headers['x-next-page-start'];
    if (next === undefined) return { entries, pages, largestBytes };
    start = String(next);
  }
}

// What is around a list, and headers of eNZi's lists.
const envelopeBytes = 16_384;

test('no list answers with more than 1 MiB, and pages lead to all of it', { timeout: 600_000 }, async (t) => {
  const api = await startApi(t);
  await createOrganization(api);
  const served = api.routes.filter(({ method }) => method === 'GET').map(({ url }) => url);
  assert.deepEqual(Object.keys(lists).toSorted(), [...new Set(served)].toSorted(), 'every route that is read is here');
  for (const [url, list] of Object.entries(lists)) {
    if (typeof list === 'string') continue;
    const count = await list.fill(api);
    const at = list.path ?? url;
    for (const size of [1_000, undefined]) {
      // By default pages are short, and very many.
      if (size === undefined && count > 200) continue;
      const { entries, pages, largestBytes } = await follow(api, at, list, size);
      const unique = new Set(entries.map((entry) => JSON.stringify(entry)));
      assert.deepEqual([entries.length, unique.size], [count, count], `${at}: all of it, once`);
      assert.ok(pages > 1, `${at}: it has pages`);
      assert.ok(largestBytes <= maxPageBytes + envelopeBytes, `${at}: ${largestBytes} bytes`);
    }
  }
});

test('a list that takes count tells how many entries there are', async (t) => {
  const api = await startApi(t);
  const { send } = await createOrganization(api);
  for (const name of ['app', 'open', 'hidden']) {
    await send('admin', 'POST', `${api0}/webhooks`, {
      type: 'TAG_PUSH',
      key: `acme/${name}`,
      endpoint: 'https://192.0.2.1/',
    });
    await send('admin', 'PUT', `${api0}/repositories/acme/${name}/teamAccess/readers`, { accessLevel: 'read-only' });
  }
  for (const team of ['readers', 'writers']) {
    await send('admin', 'PUT', `${api0}/repositoryNamespaces/acme/teamAccess/${team}`, { accessLevel: 'read-only' });
  }
  let counted = 0;
  for (const { method, url, schema } of api.routes) {
    if (method !== 'GET' || schema?.querystring?.properties?.['count'] === undefined) continue;
    const list = lists[url];
    assert.ok(list !== undefined && typeof list !== 'string', `${url} is a list`);
    const at = list.path ?? url;
    const ask = (query: string) => api.send('GET', `${at}${at.includes('?') ? '&' : '?'}${query}`);
    const whole = await ask('pageSize=1000');
    const entries = list.in === undefined ? whole.json : (whole.json as Record<string, unknown>)[list.in];
    const { length } = entries as readonly unknown[];
    const page = await ask('pageSize=1&count=true');
    assert.equal(page.headers['x-resource-count'], String(length), `${at}: ${page.text}`);
    assert.equal((await ask('pageSize=1')).headers['x-resource-count'], undefined, `${at}: unless it is asked for`);
    if (length > 1) counted++;
  }
  assert.ok(counted >= 8, `${counted} lists with several entries are few`);
});
