import assert from 'node:assert/strict';
import { test } from 'node:test';
import { basic, fullAccess, pushBlob, randomBlob, startRegistry } from '../test-registry.ts';

const realm = 'Bearer realm="https://registry.example:8443/auth/token",service="registry.example"';

test('every route states the access that it needs, and no request passes without it', async (t) => {
  const registry = await startRegistry(t);
  const name = 'admin/app';
  const paths = {
    base: '/v2/',
    catalog: '/v2/_catalog',
    tags: `/v2/${name}/tags/list`,
    referrers: `/v2/${name}/referrers/${randomBlob().digest}`,
    manifest: `/v2/${name}/manifests/latest`,
    blob: `/v2/${name}/blobs/${randomBlob().digest}`,
    uploads: `/v2/${name}/blobs/uploads/`,
    upload: `/v2/${name}/blobs/uploads/00000000-0000-4000-8000-000000000000`,
  };
  for (const { method, kind, access, template } of registry.registry.routes) {
    assert.ok(['authenticated', 'catalog', 'pull', 'push', 'delete'].includes(access), `${method} ${template}`);
    const without = await registry.send(method, paths[kind], { access: null });
    assert.equal(without.status, 401, `${method} ${template} without a token`);
    assert.ok(without.headers['www-authenticate']?.startsWith(realm));
    const expired = await registry.send(method, paths[kind], { headers: { Authorization: 'Bearer expired' } });
    assert.equal(expired.status, 401, `${method} ${template} with an expired token`);
    assert.ok(expired.headers['www-authenticate']?.endsWith('error="invalid_token"'));
    if (access === 'authenticated') continue;
    const elsewhere = await registry.send(method, paths[kind], { access: fullAccess('admin/other', 'admin/app2') });
    assert.equal(elsewhere.status, 401, `${method} ${template} with a token for another repository`);
    assert.ok(elsewhere.headers['www-authenticate']?.endsWith('error="insufficient_scope"'));
    const lesser = access === 'pull' ? 'push' : 'pull';
    const wrongAction = await registry.send(method, paths[kind], {
      access: [{ type: 'repository', name, actions: [lesser] }],
    });
    assert.equal(wrongAction.status, 401, `${method} ${template} with a token for ${lesser}`);
  }
});

test('the challenge names the scope to ask for', async (t) => {
  const { send } = await startRegistry(t);
  const cases = [
    ['GET', '/v2/', ''],
    ['GET', '/v2/_catalog', ',scope="registry:catalog:*"'],
    ['GET', '/v2/admin/app/manifests/1', ',scope="repository:admin/app:pull"'],
    ['PUT', '/v2/admin/app/manifests/1', ',scope="repository:admin/app:pull,push"'],
    ['DELETE', '/v2/admin/app/manifests/1', ',scope="repository:admin/app:delete"'],
    [
      'POST',
      `/v2/admin/app/blobs/uploads/?mount=${randomBlob().digest}&from=acme/base`,
      ',scope="repository:admin/app:pull,push repository:acme/base:pull"',
    ],
    [
      'POST',
      `/v2/admin/app/blobs/uploads/?mount=x&from=%22,%0d%0aSet-Cookie:x`,
      ',scope="repository:admin/app:pull,push"',
    ],
  ] as const;
  for (const [method, path, scope] of cases) {
    const response = await send(method, path, { access: null });
    assert.equal(response.headers['www-authenticate'], realm + scope);
    assert.equal(response.code, 'UNAUTHORIZED');
  }
  const denied = await send('PUT', '/v2/admin/app/manifests/1', {
    access: [{ type: 'repository', name: 'admin/app', actions: ['pull'] }],
  });
  assert.equal(denied.code, 'DENIED');
  assert.match(denied.message, /push the repository admin\/app/);
});

test('Basic is taken on every route, and what it lacks is final', async (t) => {
  let isReadOnly = false;
  const registry = await startRegistry(t, { isReadOnly: () => isReadOnly });
  const name = 'ada/app';
  const digest = await pushBlob(registry, name, 'bytes');
  const paths = {
    base: '/v2/',
    catalog: '/v2/_catalog',
    tags: `/v2/${name}/tags/list`,
    referrers: `/v2/${name}/referrers/${digest}`,
    manifest: `/v2/${name}/manifests/latest`,
    blob: `/v2/${name}/blobs/${digest}`,
    uploads: `/v2/${name}/blobs/uploads/`,
    upload: `/v2/${name}/blobs/uploads/00000000-0000-4000-8000-000000000000`,
  };
  const writes = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
  // Where it is deleted, the others need it no more.
  const routes = registry.registry.routes.toSorted(
    (a, b) => Number(a.method === 'DELETE') - Number(b.method === 'DELETE'),
  );
  await registry.pool.query(`INSERT INTO accounts.accounts (name) VALUES ('sue')`);
  for (const { method, kind, access, template } of routes) {
    const what = `${method} ${template}`;
    const send = (headers: Readonly<Record<string, string>>) =>
      registry.send(method, paths[kind], { access: null, headers });
    const wrong = await send(basic('ada', 'wrong'));
    assert.equal(wrong.status, 401, what);
    const challenge = wrong.headers['www-authenticate'] ?? '';
    assert.ok(challenge.startsWith(realm) && !challenge.includes('error='), `${what}: ${challenge}`);
    if (method !== 'HEAD')
      assert.deepEqual([wrong.code, wrong.message], ['UNAUTHORIZED', 'user name or password is wrong']);
    isReadOnly = true;
    if (access !== 'authenticated' && access !== 'catalog') {
      const denied = await send(basic('sue'));
      assert.equal(denied.status, 403, what);
      assert.equal(denied.headers['www-authenticate'], undefined);
      if (method !== 'HEAD') assert.equal(denied.code, 'DENIED');
      if (writes.has(method)) assert.equal((await send(basic('ada'))).status, 405, `${what} while read-only`);
    }
    isReadOnly = false;
    const { status } = await send(basic('ada'));
    assert.ok(![401, 403, 405].includes(status) && status < 500, `${what}: ${status}`);
  }
});

test('a blob that is read by Basic is kept for whoever may push it, and for nobody else', async (t) => {
  const registry = await startRegistry(t);
  const digest = await pushBlob(registry, 'ada/app', 'bytes');
  await registry.pool.query(`UPDATE registry.repositories SET visibility = 'public'`);
  await registry.pool.query(`INSERT INTO accounts.accounts (name) VALUES ('sue')`);
  const leases = async (name: string): Promise<number> => {
    await registry.pool.query('DELETE FROM registry.blob_reviews');
    const found = await registry.send('HEAD', `/v2/ada/app/blobs/${digest}`, { access: null, headers: basic(name) });
    assert.equal(found.status, 200);
    const { rowCount } = await registry.pool.query(`SELECT FROM registry.blob_reviews WHERE event = 'blob_lease'`);
    return rowCount ?? 0;
  };
  assert.equal(await leases('sue'), 0);
  assert.equal(await leases('ada'), 1);
});

test('GET /v2/ answers whoever has a token', async (t) => {
  const { send } = await startRegistry(t);
  const response = await send('GET', '/v2/');
  assert.equal(response.status, 200);
  assert.equal(response.body.toString(), '{}\n');
  assert.equal(response.headers['docker-distribution-api-version'], 'registry/2.0');
});

test('bad paths, unknown paths and wrong methods', async (t) => {
  const { send, summaries } = await startRegistry(t);
  for (const path of [
    '/v2/app/manifests/1',
    '/v2/admin/../manifests/1',
    '/v2/admin/%2e%2e/manifests/1',
    '/v2/admin%2fapp/manifests/1',
    '/v2/admin//app/manifests/1',
    '/v2/Admin/app/manifests/1',
    `/v2/admin/${'a'.repeat(250)}/manifests/1`,
    '/v2/admin/app/manifests/%00',
  ]) {
    const response = await send('GET', path);
    assert.deepEqual([response.status, response.code], [400, 'NAME_INVALID'], path);
  }
  assert.equal((await send('GET', '/v2/admin/app')).status, 404);
  assert.equal((await send('GET', '/v2/../../etc/passwd')).status, 404);
  const wrongMethod = await send('POST', '/v2/admin/app/manifests/1');
  assert.equal(wrongMethod.status, 405);
  assert.equal(wrongMethod.headers.allow, 'HEAD, GET, PUT, DELETE');
  assert.ok(summaries.every(({ route }) => route === 'none' || route.includes('<name>')));
});

test('every response has a request id: the client’s, if it is sane', async (t) => {
  const { send } = await startRegistry(t);
  const own = await send('GET', '/v2/', { headers: { 'X-Request-Id': 'abc-1.2:3' } });
  assert.equal(own.headers['x-request-id'], 'abc-1.2:3');
  const made = await send('GET', '/v2/x', { headers: { 'X-Request-Id': 'a b"' } });
  assert.match(String(made.headers['x-request-id']), /^[0-9a-f-]{36}$/);
});

test('an unexpected failure says nothing of the inside, and is logged under the request id', async (t) => {
  const registry = await startRegistry(t);
  await registry.pool.query('ALTER TABLE registry.tags RENAME TO tags_away');
  const response = await registry.send('GET', '/v2/admin/app/manifests/1');
  assert.deepEqual([response.status, response.code], [500, 'UNKNOWN']);
  assert.doesNotMatch(response.body.toString(), /tags|relation|pg/);
  assert.ok(response.message.includes(String(response.headers['x-request-id'])));
  assert.equal(registry.errors.length, 1);
});
