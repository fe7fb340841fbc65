import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient, type Model } from '../../client/index.ts';
import { password, startApi } from '../api/test-api.ts';

test('the client makes, finds, changes and deletes things, by the types of the API', async (t) => {
  const { port } = await startApi(t);
  const registry = createClient({ url: `http://127.0.0.1:${port}`, credentials: { name: 'ada', password } });

  const repository = { namespace: 'ada', reponame: 'app' };
  const made = await registry.POST('/api/v0/repositories/{namespace}', {
    params: { path: { namespace: 'ada' } },
    body: { name: 'app', visibility: 'private', shortDescription: 'Ümlaut' },
  });
  assert.equal(made.response.status, 201);
  const list = await registry.GET('/api/v0/repositories', { params: { query: { pageSize: 10 } } });
  const names: Model<'Repository'>['name'][] | undefined = list.data?.repositories.map(({ name }) => name);
  assert.deepEqual(names, ['app']);

  const changed = await registry.PATCH('/api/v0/repositories/{namespace}/{reponame}', {
    params: { path: repository },
    body: { immutableTags: true },
  });
  assert.equal(changed.data?.immutableTags, true);
  assert.equal(changed.data.shortDescription, 'Ümlaut');
  const deleted = await registry.DELETE('/api/v0/repositories/{namespace}/{reponame}', {
    params: { path: repository },
  });
  assert.equal(deleted.response.status, 204);
});

test('what is refused comes as an error with a code, whoever asks', async (t) => {
  const { port } = await startApi(t);
  const url = `http://127.0.0.1:${port}`;
  const stranger = await createClient({ url }).GET('/api/v0/jobs');
  assert.equal(stranger.data, undefined);
  assert.equal(stranger.error?.errors[0]?.code, 'NOT_AUTHENTICATED');

  const user = createClient({ url, credentials: { name: 'ada', password } });
  const job = await user.GET('/api/v0/jobs/{jobID}', { params: { path: { jobID: 'none' } } });
  assert.deepEqual([job.response.status, job.error?.errors[0]?.code], [403, 'NOT_AUTHORIZED']);
});
