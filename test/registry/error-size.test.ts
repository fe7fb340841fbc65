import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fullAccess, startRegistry, type TestRequest } from './test-registry.ts';

const mostBytes = 4_096;
const digest = `sha256:${'0'.repeat(64)}`;

test('no error of /v2 repeats more of a request than a few KiB', { timeout: 120_000 }, async (t) => {
  const registry = await startRegistry(t);
  const made = await registry.send('POST', '/v2/admin/app/blobs/uploads/');
  const upload = new URL(made.headers.location ?? '', 'http://registry').pathname;
  let refused = 0;
  const check = async (method: string, path: string, request: TestRequest = {}): Promise<void> => {
    const { status, headers, body } = await registry.send(method, path, request);
    const what = `${method} ${path.slice(0, 200)} ${JSON.stringify(request).slice(0, 200)}: ${status}`;
    assert.ok(status < 500, `${what} ${body.toString().slice(0, 300)}`);
    if (status < 400) return;
    refused++;
    assert.ok(body.length <= mostBytes, `${what} has ${body.length} bytes`);
    for (const [name, value] of Object.entries(headers)) {
      assert.ok(String(value).length <= 2_048, `${what} has a header ${name} of ${String(value).length} bytes`);
    }
  };

  for (const text of ['x', '"', '\u0001', '\u{1f4a9}', '\n', '\\', 'é']) {
    const long = encodeURIComponent(text.repeat(1_200));
    const short = encodeURIComponent(text.repeat(60));
    for (const some of [long, short]) {
      for (const method of ['GET', 'PUT', 'DELETE']) {
        await check(method, `/v2/admin/app/manifests/${some}`, { body: method === 'PUT' ? '{}' : '' });
        await check(method, `/v2/admin/app/blobs/${some}`);
      }
      await check('GET', `/v2/${some}/app/tags/list`, { access: fullAccess('admin/app') });
      await check('GET', `/v2/admin/${some}/tags/list`, { access: fullAccess('admin/app') });
      await check('GET', `/v2/${some}`);
      await check('GET', `/v2/admin/app/tags/list?n=${some}`);
      await check('GET', `/v2/admin/app/tags/list?last=${some}&n=x`);
      await check('GET', `/v2/_catalog?n=${some}`, { access: [{ type: 'registry', name: 'catalog', actions: ['*'] }] });
      await check('GET', `/v2/admin/app/referrers/${some}`);
      await check('PATCH', `/v2/admin/app/blobs/uploads/${some}`);
      await check('PUT', `${upload}?digest=${some}`);
      await check('POST', `/v2/admin/app/blobs/uploads/?digest=${some}`);
      await check('POST', `/v2/admin/app/blobs/uploads/?digest-algorithm=${some}`);
      await check('POST', `/v2/admin/app/blobs/uploads/?mount=${some}&from=${some}`);
      // The challenge names the scopes that are missing.
      for (const access of [null, []] as const) {
        await check('POST', `/v2/admin/app/blobs/uploads/?mount=${digest}&from=${some}`, { access });
        await check('GET', `/v2/${some}/app/tags/list`, { access });
      }
      await check('PUT', `/v2/admin/app/manifests/${digest}?${`tag=${some}&`.repeat(some === short ? 20 : 1)}`, {
        body: '{}',
      });
    }
    const values: TestRequest[] = [
      { body: JSON.stringify({ mediaType: text.repeat(4_000) }) },
      { body: JSON.stringify({ schemaVersion: 2, config: { mediaType: 'a/b', digest: text.repeat(4_000), size: 1 } }) },
      { body: text.repeat(4_000) },
    ];
    for (const request of values) {
      const headers = { 'content-type': 'application/vnd.oci.image.manifest.v1+json' };
      await check('PUT', '/v2/admin/app/manifests/t', { ...request, headers });
    }
  }
  const long = 'x'.repeat(12_000);
  await check('PUT', '/v2/admin/app/manifests/t', { body: '{}', headers: { 'content-type': long } });
  await check('PATCH', upload, { body: 'x', headers: { 'content-range': long } });
  await check('GET', '/v2/admin/app/manifests/t', { headers: { 'x-request-id': long } });
  await check('GET', '/v2/', { access: null, headers: { authorization: `Basic ${long}` } });
  await check('PROPFIND', `/v2/admin/app/manifests/${long.slice(0, 1_000)}`);
  t.diagnostic(`${refused} refused`);
  assert.ok(refused > 200);
});
