import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { assertMsrShape } from '../api/msr-definitions.ts';
import { createCleanUp, type CleanUp } from '../support/clean-up.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { startRegistryProcess } from './registry-process.ts';

// What programs that were written for MSR send, as they send it: bodies with every field that they know, empty ones
// included (docs/msr-api.md names them). They take any other status, and an answer that is not JSON, for a failure.

interface MsrAnswer {
  readonly status: number;
  readonly nextPage: string | null;
  readonly body: unknown;
}

type Send = (method: string, path: string, body?: object) => Promise<MsrAnswer>;

async function start(cleanUp: CleanUp) {
  const { url } = await createTestDatabase(cleanUp);
  const registry = await startRegistryProcess(cleanUp, url);
  const authorization = `Basic ${Buffer.from(`admin:${registry.password}`).toString('base64')}`;
  const send: Send = async (method, path, body) => {
    const response = await fetch(`${registry.baseUrl}${path}`, {
      method,
      headers: { authorization, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const nextPage = response.headers.get('x-next-page-start');
    return { status: response.status, nextPage, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
  };
  return { ...registry, send };
}

/** The body of an answer with the status. */
async function expect<T>(status: number, answering: Promise<MsrAnswer>): Promise<T> {
  const answer = await answering;
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  return answer.body as T;
}

/** Everything of a list, page by page, as Harbor's adapter collects it. */
async function collect<T>(send: Send, path: string, parameter: string, read: (body: unknown) => T[]): Promise<T[]> {
  const found: T[] = [];
  for (let at = path; ;) {
    const { status, body, nextPage } = await send('GET', at);
    assert.equal(status, 200, JSON.stringify(body));
    found.push(...read(body));
    if (nextPage === null) return found;
    at = `${path}&${parameter}=${encodeURIComponent(nextPage)}`;
  }
}

interface Named {
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  readonly digest: string;
}

test("Harbor's adapter for DTR replicates in both directions", { timeout: 300_000 }, async (t) => {
  const { send, client } = await start(createCleanUp(t));
  const accounts = () =>
    collect(send, '/enzi/v0/accounts?limit=100', 'start', (body) => (body as { accounts: Named[] }).accounts);

  assert.deepEqual(
    (await accounts()).map(({ name }) => name),
    ['admin'],
  );
  await expect(201, send('POST', '/enzi/v0/accounts', { fullName: 'acme', isOrg: true, name: 'acme' }));
  const form = { enableManifestLists: true, name: 'app', visibility: 'private' };
  assertMsrShape('responses.Repository', await expect(201, send('POST', '/api/v0/repositories/acme', form)));
  const digest = await client.pushImage('acme/app', '1');
  await client.pushImage('acme/app', '2');

  // More than one page of each list.
  for (let index = 0; index < 120; index++) {
    const name = `bulk-${String(index).padStart(3, '0')}`;
    await expect(201, send('POST', '/api/v0/repositories/acme', { ...form, name }));
    await expect(201, send('POST', '/enzi/v0/accounts', { fullName: name, isOrg: true, name }));
  }
  const pulled = await client.registry<object>('GET', `/acme/app/manifests/1`);
  const put = {
    body: JSON.stringify(pulled.body),
    headers: { 'content-type': pulled.headers.get('content-type') ?? '' },
  };
  for (let index = 0; index < 120; index++) {
    assert.equal((await client.registry('PUT', `/acme/app/manifests/bulk-${index}`, put)).status, 201);
  }
  assert.equal((await accounts()).length, 122);
  const repositories = await collect(send, '/api/v0/repositories?pageSize=100', 'pageStart', (body) => {
    assertMsrShape('responses.Repositories', body);
    return (body as { repositories: Named[] }).repositories;
  });
  assert.equal(new Set(repositories.map(({ namespace, name }) => `${namespace}/${name}`)).size, 121);
  const tags = await collect(send, '/api/v0/repositories/acme/app/tags?pageSize=100', 'pageStart', (body) => {
    for (const tag of body as Named[]) assertMsrShape('responses.ListTag', tag);
    return body as Named[];
  });
  assert.equal(new Set(tags.map(({ name }) => name)).size, 122);
  assert.equal(tags.find(({ name }) => name === '1')?.digest, digest);
});

const asMember = { isAdmin: false };

test("Terraform's provider msr makes, reads, changes and removes what it manages", { timeout: 300_000 }, async (t) => {
  const { send } = await start(createCleanUp(t));
  assert.deepEqual(await expect(200, send('GET', '/health')), { error: '', healthy: true });
  const { version } = await expect<{ version: string }>(200, send('GET', '/api/v0/admin/version'));
  assert.match(version, /^\d+\.\d+\.\d+/);

  const accounts = '/enzi/v0/accounts';
  const organization = await expect<Named>(
    201,
    send('POST', accounts, { name: 'acme', id: '', password: '', isOrg: true }),
  );
  assertMsrShape('responses.Account', organization);
  const password = randomBytes(12).toString('hex');
  const user = await expect<Named>(201, send('POST', accounts, { name: 'ada', id: '', password, fullName: 'Ada' }));
  assert.deepEqual(await expect(200, send('GET', `${accounts}/ada`)), user);
  const renamed = await expect<{ fullName: string }>(
    200,
    send('PATCH', `${accounts}/${user.id}`, { fullName: 'Ada Lovelace' }),
  );
  assert.equal(renamed.fullName, 'Ada Lovelace');
  for (const [filter, names] of [
    ['users', ['ada', 'admin']],
    ['orgs', ['acme']],
    ['admins', ['admin']],
    ['non-admins', ['ada']],
    ['active-users', ['ada', 'admin']],
    ['all', ['acme', 'ada', 'admin']],
  ] as const) {
    const listed = await expect<{ accounts: Named[] }>(200, send('GET', `${accounts}?filter=${filter}`));
    assert.deepEqual(
      listed.accounts.map(({ name }) => name),
      names,
      filter,
    );
  }

  const teams = `${accounts}/${organization.id}/teams`;
  const whole = { description: 'they build', id: '', membersCount: 0, name: 'builders', orgID: organization.id };
  const team = await expect<Named>(201, send('POST', teams, whole));
  await expect(200, send('PUT', `${teams}/${team.id}/members/${user.id}`, asMember));
  assert.deepEqual(await expect(200, send('GET', `${teams}/builders`)), { ...whole, id: team.id, membersCount: 1 });
  // It changes the description, with every other field empty.
  const change = { description: 'they test', id: team.id, membersCount: 0, name: '', orgID: '' };
  const changed = await expect<Named & { description: string }>(200, send('PATCH', `${teams}/${team.id}`, change));
  assert.deepEqual([changed.name, changed.description], ['builders', 'they test']);
  const { members } = await expect<{ members: { isAdmin: boolean; member: Named }[] }>(
    200,
    send('GET', `${teams}/${team.id}/members`),
  );
  assert.deepEqual(
    members.map(({ isAdmin, member }) => [isAdmin, member.id]),
    [[false, user.id]],
  );
  await expect(204, send('DELETE', `${teams}/${team.id}/members/${user.id}`));
  await expect(200, send('PUT', `${teams}/${team.id}/members/${user.id}`, asMember));

  const settings = {
    immutableTags: false,
    longDescription: '',
    scanOnPush: true,
    shortDescription: '',
    tagLimit: 0,
    visibility: 'private',
  };
  const repositories = '/api/v0/repositories/acme';
  const made = await expect(201, send('POST', repositories, { ...settings, name: 'app' }));
  assert.deepEqual(await expect(200, send('GET', `${repositories}/app`)), made);
  const update = { ...settings, visibility: 'public', tagLimit: 5 };
  const updated = await expect<object>(200, send('PATCH', `${repositories}/app`, update));
  assertMsrShape('responses.Repository', updated);
  assert.deepEqual({ ...updated, ...update }, updated);
  await expect(204, send('DELETE', `${repositories}/app`));
  const gone = await expect<{ errors: { code: string }[] }>(404, send('GET', `${repositories}/app`));
  assert.equal(gone.errors[0]?.code, 'NO_SUCH_REPOSITORY');

  await expect(204, send('DELETE', `${teams}/${team.id}`));
  await expect(204, send('DELETE', `${accounts}/${user.id}`));
  await expect(204, send('DELETE', `${accounts}/acme`));
  await expect(404, send('GET', `${accounts}/acme`));
});
