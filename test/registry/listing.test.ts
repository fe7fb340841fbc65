import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AccessGrant, type TokenClaims } from '../../registry/access.ts';
import { pushBlob, pushImage, startRegistry, type TestRegistry } from './test-registry.ts';

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
