import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { issueToken, tokenLifeSeconds } from '../../accounts/tokens/tokens.ts';
import { loadSigningKey } from '../../accounts/tokens/signing-keys.ts';
import { createRoutes } from '../../registry/http/routes.ts';
import { findGenerations } from '../api/test-api.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { digestOf, expectStatus } from './client.ts';
import { startRole, temporaryDataDir } from './jobrunner-process.ts';
import { idleHandlers } from '../registry/http/idle-handlers.ts';

const people = [
  'nobody',
  'stranger',
  'reader',
  'writer',
  'repository admin',
  'owner',
  'system admin',
  'inactive',
  'expired token',
  'revoked token',
  'pulling robot',
  'pushing robot',
  "system admin's token for the API",
  "system admin's token for Notary",
] as const;
type Person = (typeof people)[number];

/** Whose token is not for the registry. */
const services: Partial<Record<Person, string>> = {
  "system admin's token for the API": 'jobrunner-api',
  "system admin's token for Notary": 'notary',
};

/**
 * What each of them does with /v2/acme/app: the order is that of `people`. The last ones are not there: a token of another
 * audience is none here, whoever it belongs to.
 */
const pullers = (status: number) => [401, 401, status, status, status, status, status, 401, 401, 401, status, status];
const pushers = (status: number) => [401, 401, 401, status, status, status, status, 401, 401, 401, 401, status];
/** No robot here is permitted to delete. */
const deleters = (status: number) => [401, 401, 401, status, status, status, status, 401, 401, 401, 401, 401];
const everybody = (status: number) =>
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((i) => (i < 7 || i > 9 ? status : 401));

interface Row {
  readonly route: string;
  readonly path: string;
  /** What a client asks `/auth/token` for. */
  readonly scope: string;
  readonly body?: string;
  readonly expected: readonly number[];
}

const noBlob = digestOf('no such blob');
const noUpload = '00000000-0000-4000-8000-000000000000';

function matrixOf(tag: string, blob: string): readonly Row[] {
  const app = '/v2/acme/app';
  const row = (route: string, path: string, actions: string, expected: readonly number[], body?: string): Row => ({
    route,
    path,
    scope: actions && `repository:acme/app:${actions}`,
    expected,
    ...(body !== undefined && { body }),
  });
  const manifest = '/v2/<name>/manifests/<reference>';
  const upload = '/v2/<name>/blobs/uploads/<id>';
  // What would change what others see goes to something that is not there.
  return [
    row('GET /v2/', '/v2/', '', everybody(200)),
    row('HEAD /v2/', '/v2/', '', everybody(200)),
    {
      ...row('GET /v2/_catalog', '/v2/_catalog', '', everybody(200)),
      scope: 'registry:catalog:*',
    },
    row('GET /v2/<name>/tags/list', `${app}/tags/list`, 'pull', pullers(200)),
    row('GET /v2/<name>/referrers/<digest>', `${app}/referrers/${noBlob}`, 'pull', pullers(200)),
    row(`HEAD ${manifest}`, `${app}/manifests/${tag}`, 'pull', pullers(200)),
    row(`GET ${manifest}`, `${app}/manifests/${tag}`, 'pull', pullers(200)),
    row(`PUT ${manifest}`, `${app}/manifests/new`, 'pull,push', pushers(400), '{}'),
    row(`DELETE ${manifest}`, `${app}/manifests/none`, 'delete', deleters(404)),
    row('HEAD /v2/<name>/blobs/<digest>', `${app}/blobs/${blob}`, 'pull', pullers(200)),
    row('GET /v2/<name>/blobs/<digest>', `${app}/blobs/${blob}`, 'pull', pullers(200)),
    row('DELETE /v2/<name>/blobs/<digest>', `${app}/blobs/${noBlob}`, 'delete', deleters(404)),
    row('POST /v2/<name>/blobs/uploads/', `${app}/blobs/uploads/`, 'pull,push', pushers(202)),
    row(`GET ${upload}`, `${app}/blobs/uploads/${noUpload}`, 'pull,push', pushers(404)),
    row(`PATCH ${upload}`, `${app}/blobs/uploads/${noUpload}`, 'pull,push', pushers(404), 'bytes'),
    row(`PUT ${upload}`, `${app}/blobs/uploads/${noUpload}?digest=${noBlob}`, 'pull,push', pushers(404), ''),
    row(`DELETE ${upload}`, `${app}/blobs/uploads/${noUpload}`, 'pull,push', pushers(404)),
    // Of a public repository nobody needs a name to pull, nor a grant; to push they do.
    {
      ...row(`GET ${manifest}`, '/v2/acme/open/manifests/none', '', everybody(404)),
      scope: 'repository:acme/open:pull',
    },
    {
      ...row(
        'POST /v2/<name>/blobs/uploads/',
        '/v2/acme/open/blobs/uploads/',
        '',
        [401, 401, 401, 401, 401, 202, 202, 401, 401, 401, 401, 401],
      ),
      scope: 'repository:acme/open:pull,push',
    },
  ];
}

test(
  'who gets what from every route of the registry, with the token that they are given, and by Basic',
  { timeout: 180_000 },
  async (t) => {
    const cleanUp = createCleanUp(t);
    const { url, pool } = await createTestDatabase(cleanUp);
    const secretKey = randomBytes(32);
    const { baseUrl, client } = await startRole(cleanUp, 'api,garant,registry', {
      ADMIN_PASSWORD: randomBytes(8).toString('hex'),
      SECRET_KEY: secretKey.toString('hex'),
      DATABASE_URL: url,
      JOBRUNNER_DATA_DIR: await temporaryDataDir(cleanUp),
    });
    // Passwords take their time to be hashed, and nobody signs in with one here.
    await pool.query(`
    INSERT INTO accounts.accounts (name, is_org) VALUES ('acme', true);
    INSERT INTO accounts.accounts (name) SELECT unnest(ARRAY['olga', 'rita', 'walt', 'nora', 'sue', 'idle', 'rob'])`);
    const enzi = async (method: string, path: string, body: unknown): Promise<void> => {
      const response = await fetch(`${baseUrl}/enzi/v0/accounts/acme${path}`, {
        method,
        headers: { authorization: `Bearer ${await client.apiToken()}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      assert.ok(response.ok, `${method} ${path}: ${await response.text()}`);
    };
    expectStatus(201, await client.api('POST', '/repositories/acme', { name: 'app', visibility: 'private' }));
    expectStatus(201, await client.api('POST', '/repositories/acme', { name: 'open', visibility: 'public' }));
    await enzi('PUT', '/members/olga', { isAdmin: true });
    for (const [team, members, accessLevel] of [
      ['readers', ['rita', 'idle', 'rob'], 'read-only'],
      ['writers', ['walt'], 'read-write'],
      ['admins', ['nora'], 'admin'],
    ] as const) {
      await enzi('POST', '/teams', { name: team });
      for (const member of members) await enzi('PUT', `/teams/${team}/members/${member}`, {});
      expectStatus(200, await client.api('PUT', `/repositories/acme/app/teamAccess/${team}`, { accessLevel }));
    }
    const blob = await client.pushBlob('acme/app', randomBytes(100));
    await client.pushImage('acme/app', 'latest');

    const accounts: Partial<Record<Person, string>> = {
      stranger: 'sue',
      reader: 'rita',
      writer: 'walt',
      'repository admin': 'nora',
      owner: 'olga',
      'system admin': 'admin',
      inactive: 'idle',
      'expired token': 'rita',
      'revoked token': 'rob',
      "system admin's token for the API": 'admin',
      "system admin's token for Notary": 'admin',
    };
    const secrets = new Map<string, string>();
    for (const name of new Set(Object.values(accounts))) {
      const made = await client.api<{ token: string; hashedToken: string }>('POST', `/api_tokens?username=${name}`, {});
      const { token, hashedToken } = expectStatus(200, made);
      secrets.set(name, token);
      if (name === 'rob') expectStatus(200, await client.api('DELETE', `/api_tokens/${hashedToken}`));
    }
    for (const [person, actions] of [
      ['pulling robot', ['pull']],
      ['pushing robot', ['pull', 'push']],
    ] as const) {
      const form = {
        name: `ci-${actions.length}`,
        namespace: 'acme',
        permissions: [{ repository: 'acme/app', actions }],
      };
      const robot = expectStatus(201, await client.api<{ name: string; secret: string }>('POST', '/robots', form));
      accounts[person] = robot.name;
      secrets.set(robot.name, robot.secret);
    }
    await pool.query(`UPDATE accounts.accounts SET is_active = false WHERE name = 'idle'`);
    const signingKey = await loadSigningKey(pool, secretKey);

    /** Undefined of nobody. */
    function basicOf(person: Person): string | undefined {
      const name = accounts[person];
      return name && `Basic ${Buffer.from(`${name}:${secrets.get(name)}`).toString('base64')}`;
    }

    /** Undefined where the token service gives none. */
    async function tokenFor(person: Person, scope: string): Promise<string | undefined> {
      const name = accounts[person];
      if (person === 'expired token' && name !== undefined) {
        const [, repository = '', actions = ''] = scope.split(':');
        const access = [{ type: 'repository' as const, name: repository, actions: actions.split(',') }];
        const agesMs = (tokenLifeSeconds + 60) * 1_000;
        return issueToken(
          signingKey,
          { subject: name, access, generations: await findGenerations(pool, name) },
          { audience: 'jobrunner', now: new Date(Date.now() - agesMs) },
        );
      }
      const authorization = basicOf(person);
      const service = services[person] ?? 'jobrunner';
      // A token for the API has no scopes.
      const query = new URLSearchParams({ service, ...(scope && service !== 'jobrunner-api' && { scope }) });
      const response = await fetch(`${baseUrl}/auth/token?${query.toString()}`, {
        headers: authorization === undefined ? {} : { authorization },
      });
      const text = await response.text();
      if (response.status === 401) return undefined;
      assert.equal(response.status, 200, text);
      return (JSON.parse(text) as { token: string }).token;
    }

    const matrix = matrixOf('latest', blob);
    // Only their table is looked at: no handler is called.
    const routes = createRoutes(idleHandlers);
    const served = routes.map(({ method, template }) => `${method} ${template}`);
    assert.deepEqual(
      [...new Set(matrix.map(({ route }) => route))].toSorted(),
      served.toSorted(),
      'every route is here',
    );

    const statusOf = async ({ route, path, body }: Row, authorization: string | undefined): Promise<number> => {
      const response = await fetch(`${baseUrl}${path}`, {
        method: route.split(' ')[0] ?? '',
        headers: { ...(authorization !== undefined && { authorization }) },
        ...(body !== undefined && { body }),
      });
      await response.body?.cancel();
      return response.status;
    };
    for (const row of matrix) {
      const statuses: string[] = [];
      for (const person of people) {
        const token = await tokenFor(person, row.scope);
        statuses.push(`${person} ${await statusOf(row, token && `Bearer ${token}`)}`);
      }
      assert.deepEqual(
        statuses,
        people.map((person, index) => `${person} ${services[person] ? 401 : row.expected[index]}`),
        `${row.route} at ${row.path}`,
      );
    }

    // Whoever sends the credentials themselves gets the same, but that nothing more can be had with a token.
    const sameAs: Partial<Record<Person, Person>> = {
      'expired token': 'reader',
      "system admin's token for the API": 'system admin',
      "system admin's token for Notary": 'system admin',
    };
    const isRefused = new Set<Person>(['nobody', 'inactive', 'revoked token']);
    for (const row of matrix) {
      const statuses: string[] = [];
      for (const person of people) statuses.push(`${person} ${await statusOf(row, basicOf(person))}`);
      assert.deepEqual(
        statuses,
        people.map((person) => {
          if (isRefused.has(person)) return `${person} 401`;
          const byToken = row.expected[people.indexOf(sameAs[person] ?? person)];
          return `${person} ${byToken === 401 ? 403 : byToken}`;
        }),
        `${row.route} at ${row.path}, by Basic`,
      );
    }
  },
);
