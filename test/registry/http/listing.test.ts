import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AccessGrant, type TokenClaims } from '../../../registry/http/access.ts';
import { pushBlob, pushImage, startRegistry, type TestRegistry } from '../test-registry.ts';

const name = 'admin/app';
const catalogAccess: AccessGrant[] = [{ type: 'registry', name: 'catalog', actions: ['*'] }];

async function tagsOf(
  registry: TestRegistry,
  query: string,
): Promise<{ tags: string[]; link: string | undefined; status: number }> {
  const response = await registry.send('GET', `/v2/${name}/tags/list${query}`);
  const body = JSON.parse(response.body.toString()) as { tags?: string[] };
  return { tags: body.tags ?? [], link: response.headers.link?.toString(), status: response.status };
}

test('tags come in ASCII order, a page at a time', async (t) => {
  const registry = await startRegistry(t);
  await pushImage(registry, name, 'a');
  const inOrder = ['0', '1.10', '1.2', 'A', 'B-1', 'Z', '_x', 'a', 'b', 'z'];
  await registry.pool.query(
    `INSERT INTO registry.tags (repository_id, name, manifest_id, author)
     SELECT m.repository_id, tag, m.id, 'admin' FROM registry.manifests m, unnest($1::text[]) AS tag ON CONFLICT DO NOTHING`,
    [inOrder.toReversed()],
  );
  assert.deepEqual(await tagsOf(registry, ''), { tags: inOrder, link: undefined, status: 200 });
  assert.deepEqual((await tagsOf(registry, '?last=Z')).tags, ['_x', 'a', 'b', 'z']);
  assert.deepEqual((await tagsOf(registry, '?last=1.3')).tags, inOrder.slice(3));
  assert.deepEqual(await tagsOf(registry, '?n=0'), { tags: [], link: undefined, status: 200 });
  assert.deepEqual((await tagsOf(registry, '?n=10')).link, undefined);

  const seen: string[] = [];
  let next: string | undefined = '?n=3';
  while (next !== undefined) {
    const { tags, link } = await tagsOf(registry, next);
    seen.push(...tags);
    next = link?.match(/^<\/v2\/admin\/app\/tags\/list(\?n=3&last=[^>]+)>; rel="next"$/)?.[1];
    assert.equal(link === undefined, next === undefined);
  }
  assert.deepEqual(seen, inOrder);

  for (const query of ['?n=-1', '?n=x', '?n=1.5', '?n=']) assert.equal((await tagsOf(registry, query)).status, 400);
  assert.equal((await tagsOf(registry, '?last=%00')).status, 200);
  assert.equal((await tagsOf(registry, '?n=99999999999')).tags.length, inOrder.length);
});

test('tags of a repository that is not there', async (t) => {
  const registry = await startRegistry(t);
  const response = await registry.send('GET', `/v2/${name}/tags/list`);
  assert.deepEqual([response.status, response.code], [404, 'NAME_UNKNOWN']);
});

test('the catalog, a page at a time', async (t) => {
  const registry = await startRegistry(t);
  for (const repository of ['admin/b', 'acme/z/deep', 'admin/a', 'acme/y']) await pushBlob(registry, repository, 'x');
  const get = async (query: string) => {
    const response = await registry.send('GET', `/v2/_catalog${query}`, { access: catalogAccess });
    return { link: response.headers.link, ...(JSON.parse(response.body.toString()) as { repositories: string[] }) };
  };
  assert.deepEqual((await get('')).repositories, ['acme/y', 'acme/z/deep', 'admin/a', 'admin/b']);
  const first = await get('?n=2');
  assert.deepEqual(first.repositories, ['acme/y', 'acme/z/deep']);
  assert.equal(first.link, '</v2/_catalog?n=2&last=acme%2Fz%2Fdeep>; rel="next"');
  const second = await get('?n=2&last=acme%2Fz%2Fdeep');
  assert.deepEqual([second.repositories, second.link], [['admin/a', 'admin/b'], undefined]);
  assert.deepEqual((await get('?n=0')).repositories, []);
  const claims: TokenClaims = { subject: 'admin', access: [] };
  assert.equal((await registry.send('GET', '/v2/_catalog', { access: claims.access })).status, 401);
});

test('the catalog shows what the caller may read, and pages over nothing else', async (t) => {
  const registry = await startRegistry(t);
  for (const repository of ['acme/hidden', 'acme/open', 'ada/one', 'ada/open', 'admin/x']) {
    await pushBlob(registry, repository, 'x');
  }
  await registry.pool.query(`UPDATE registry.repositories SET visibility = 'public' WHERE name = 'open'`);
  const seenBy = async (subject: string) => {
    const seen: string[] = [];
    for (let target: string | undefined = '/v2/_catalog?n=1'; target !== undefined;) {
      const response = await registry.send('GET', target, { access: catalogAccess, subject });
      seen.push(...(JSON.parse(response.body.toString()) as { repositories: string[] }).repositories);
      target = /^<(.+)>; rel="next"$/.exec(response.headers.link?.toString() ?? '')?.[1];
    }
    return seen;
  };
  assert.deepEqual(await seenBy(''), ['acme/open', 'ada/open']);
  assert.deepEqual(await seenBy('ada'), ['acme/open', 'ada/one', 'ada/open']);
  assert.deepEqual(await seenBy('admin'), ['acme/hidden', 'acme/open', 'ada/one', 'ada/open', 'admin/x']);
});

test('no list answers with more than 4 MiB, however long its entries are, and pages lead to all of it', async (t) => {
  const registry = await startRegistry(t);
  const total = 12_000;
  await registry.pool.query(
    `INSERT INTO registry.repositories (namespace, name)
     SELECT 'acme', lpad(i::text, 250, 'x') FROM generate_series(1, $1) i`,
    [total],
  );
  await registry.pool.query(
    `WITH r AS (SELECT min(id) AS id FROM registry.repositories), m AS (
       INSERT INTO registry.manifests (repository_id, digest, media_type, payload, pushed_by)
       SELECT id, 'sha256:1', 'm', '', '' FROM r RETURNING id, repository_id)
     INSERT INTO registry.tags (repository_id, name, manifest_id, author)
     SELECT repository_id, lpad(i::text, 128, 'x'), id, '' FROM m, generate_series(1, $1) i`,
    [total],
  );
  const { rows } = await registry.pool.query<{ name: string }>(
    `SELECT name FROM registry.repositories ORDER BY id LIMIT 1`,
  );
  for (const [first, field] of [
    ['/v2/_catalog', 'repositories'],
    [`/v2/acme/${rows[0]?.name}/tags/list`, 'tags'],
  ] as const) {
    const found = new Set<string>();
    for (let target: string | undefined = first; target !== undefined;) {
      const { status, body, headers } = await registry.send(
        'GET',
        target,
        field === 'tags' ? {} : { access: catalogAccess },
      );
      assert.equal(status, 200);
      assert.ok(body.length <= 4 * 1024 ** 2, `${target.slice(0, 40)}: ${body.length} bytes`);
      for (const name of (JSON.parse(body.toString()) as Record<string, string[]>)[field] ?? []) found.add(name);
      target = /<([^>]+)>/.exec(String(headers['link'] ?? ''))?.[1];
    }
    assert.equal(found.size, total, first);
  }
});
