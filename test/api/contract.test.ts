import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startApi } from './test-api.ts';

test('every route says what it answers', async (t) => {
  const api = await startApi(t);
  const found = api.routes
    .filter(({ method, url }) => method !== 'HEAD' && /^\/(?:api|enzi|auth)\//.test(url))
    .filter(({ answers }) => !Object.keys(answers).some((status) => /^\d{3}$/.test(status)))
    .map(({ method, url }) => `${method} ${url}`);
  assert.deepEqual(found, []);
});

test('every route that the description has says in words what it is for', async (t) => {
  const api = await startApi(t);
  const { json } = await api.send('GET', '/api/v0/openapi.json');
  const { paths } = json as { paths: Record<string, Record<string, { summary?: string; tags?: string[] }>> };
  const silent = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, { summary = '', tags = [] }]) => summary === '' || tags.length !== 1)
      .map(([method]) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  );
  assert.deepEqual(silent, []);
});
