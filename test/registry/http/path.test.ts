import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTag, parseRepositoryName } from '../../../registry/repositories/names.ts';
import { parsePath } from '../../../registry/http/path.ts';

const paths: readonly (readonly [string, ReturnType<typeof parsePath>])[] = [
  ['/v2/', { kind: 'base', name: '', reference: '' }],
  ['/v2', { kind: 'base', name: '', reference: '' }],
  ['/v2/_catalog', { kind: 'catalog', name: '', reference: '' }],
  ['/v2/a/b/tags/list', { kind: 'tags', name: 'a/b', reference: '' }],
  ['/v2/a/b/c/d/manifests/1.0', { kind: 'manifest', name: 'a/b/c/d', reference: '1.0' }],
  ['/v2/a/b/blobs/sha256:00', { kind: 'blob', name: 'a/b', reference: 'sha256:00' }],
  ['/v2/a/b/blobs/sha256%3A00', { kind: 'blob', name: 'a/b', reference: 'sha256:00' }],
  ['/v2/a/b/blobs/uploads/', { kind: 'uploads', name: 'a/b', reference: '' }],
  ['/v2/a/b/blobs/uploads', { kind: 'uploads', name: 'a/b', reference: '' }],
  ['/v2/a/b/blobs/uploads/id', { kind: 'upload', name: 'a/b', reference: 'id' }],
  ['/v2/a/manifests/tags/list', { kind: 'tags', name: 'a/manifests', reference: '' }],
  ['/v2/a/blobs/uploads/manifests/x', { kind: 'manifest', name: 'a/blobs/uploads', reference: 'x' }],
  ['/v2/a//manifests/x', { kind: 'manifest', name: 'a/', reference: 'x' }],
  ['/v2/../manifests/x', { kind: 'manifest', name: '..', reference: 'x' }],
  ['/v2/a/b', undefined],
  ['/v1/a/b/manifests/x', undefined],
  ['/v2x/a/manifests/x', undefined],
  ['', undefined],
];

for (const [path, expected] of paths) {
  test(`path ${path}`, () => {
    assert.deepEqual(parsePath(path), expected);
  });
}

for (const path of [
  '/v2/a%2fb/manifests/x',
  '/v2/a/%2e%2e/manifests/x',
  '/v2/a/b/manifests/%00',
  '/v2/a/b/manifests/x%0d%0aSet-Cookie:1',
  '/v2/a%5cb/manifests/x',
  '/v2/a/b/manifests/%',
  '/v2/a/b/manifests/%ff',
]) {
  test(`path ${path} is refused`, () => {
    assert.throws(() => parsePath(path), { code: 'NAME_INVALID' });
  });
}

test('names have a namespace and a name, which may go deeper', () => {
  assert.deepEqual(parseRepositoryName('admin/app'), { namespace: 'admin', name: 'app', full: 'admin/app' });
  assert.deepEqual(parseRepositoryName('a/b--c/d.e__f'), {
    namespace: 'a',
    name: 'b--c/d.e__f',
    full: 'a/b--c/d.e__f',
  });
  assert.equal(parseRepositoryName(`a/${'b'.repeat(253)}`).name.length, 253);
});

for (const name of [
  '',
  'app',
  '/app',
  'admin/',
  'admin//app',
  'admin/..',
  'admin/.',
  '../admin',
  'Admin/app',
  'admin/app_',
  'admin/a___b',
  'admin/a..b',
  'admin/-a',
  'admin/a b',
  'admin/ä',
  `admin/${'b'.repeat(250)}`,
]) {
  test(`the name ${JSON.stringify(name.slice(0, 30))} is refused`, () => {
    assert.throws(() => parseRepositoryName(name), { code: 'NAME_INVALID' });
  });
}

test('a very long name is refused fast', () => {
  assert.throws(() => parseRepositoryName(`a/${'b-'.repeat(100_000)}`), { code: 'NAME_INVALID' });
});

test('tags', () => {
  for (const tag of ['latest', '1.0', '_x', 'V1-beta.2', 'a'.repeat(128)]) assert.ok(isTag(tag), tag);
  for (const tag of ['', '.a', '-a', 'a b', 'a/b', 'a:b', 'ä', 'a'.repeat(129), 'a\n']) assert.ok(!isTag(tag), tag);
});
