import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fullAccess, pushImage, randomBlob, startRegistry, type TestResponse } from './test-registry.ts';

const outcome = ({ status, code, message }: TestResponse): string => `${status} ${code} ${message}`;

test('what is missing is named: the repository first, then the tag, the manifest or the blob', async (t) => {
  const registry = await startRegistry(t);
  await pushImage(registry, 'admin/app', '1');
  const { digest } = randomBlob();
  const paths = ['manifests/none', `manifests/${digest}`, `blobs/${digest}`];
  for (const method of ['GET', 'DELETE']) {
    for (const path of paths) {
      assert.equal(
        outcome(await registry.send(method, `/v2/admin/none/${path}`)),
        '404 NAME_UNKNOWN there is no repository admin/none',
        `${method} ${path}`,
      );
    }
    const ask = async (path: string) => outcome(await registry.send(method, `/v2/admin/app/${path}`));
    assert.equal(await ask('manifests/none'), '404 MANIFEST_UNKNOWN the repository admin/app has no tag none');
    assert.equal(
      await ask(`manifests/${digest}`),
      `404 MANIFEST_UNKNOWN the repository admin/app has no manifest ${digest}`,
    );
    assert.equal(await ask(`blobs/${digest}`), `404 BLOB_UNKNOWN the repository admin/app has no blob ${digest}`);
  }
  for (const path of paths) assert.equal((await registry.send('HEAD', `/v2/admin/none/${path}`)).status, 404);
  assert.match(outcome(await registry.send('GET', '/v2/admin/none/tags/list')), /^404 NAME_UNKNOWN .*admin\/none/);
});

test('who may not read is told nothing of what is there', async (t) => {
  const registry = await startRegistry(t);
  const { digest, layers } = await pushImage(registry, 'admin/app', '1');
  for (const access of [
    null,
    [],
    fullAccess('ada/own'),
    [{ type: 'registry', name: 'catalog', actions: ['*'] }] as const,
  ]) {
    for (const method of ['GET', 'HEAD', 'DELETE']) {
      for (const path of ['manifests/1', `manifests/${digest}`, `blobs/${layers[0]}`, 'manifests/none']) {
        const answers: string[] = [];
        for (const name of ['admin/app', 'admin/nil']) {
          const response = await registry.send(method, `/v2/${name}/${path}`, { access, subject: 'ada' });
          const { 'x-request-id': _id, date: _date, ...headers } = response.headers;
          answers.push(`${outcome(response)} ${JSON.stringify(headers)}`.replaceAll(name, 'NAME'));
        }
        assert.equal(answers[0], answers[1], `${method} ${path}`);
        assert.match(answers[0] ?? '', /^401 /);
      }
    }
  }
});
