import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { startApi } from '../api/test-api.ts';
import { digestOf } from '../e2e/client.ts';
import { freePort } from '../../local/ports.ts';
import { createBrowser } from '../support/browser.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { browse, oidcConfigOf, startOidcProvider } from '../support/oidc-provider.ts';
import { attackOf } from './cve-table.ts';
import { startTarget } from './target.ts';

const imageType = 'application/vnd.oci.image.manifest.v1+json';
const foreignTypes = [
  'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
  'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
];

test(attackOf('CVE-2024-39897'), { timeout: 300_000 }, async (t) => {
  const { client, registry, send, pool, digest: manifest } = await startTarget(createCleanUp(t));
  const secret = randomBytes(5_000);
  const digest = await client.pushBlob('acme/app', secret);
  const config = Buffer.from('{}');
  await client.pushBlob('eve/own', config);
  const own = 'repository:eve/own:pull,push,delete';
  const asked = `${own} repository:acme/app:pull`;
  const asEve = (method: string, path: string, body?: string | Uint8Array, type = 'application/octet-stream') =>
    registry('eve', asked, method, path, body === undefined ? {} : { body, headers: { 'content-type': type } });

  /** Eve has nothing of it, whichever way she asks. */
  async function assertHidden(after: string): Promise<void> {
    for (const repository of ['eve/own', 'acme/app', 'eve/other']) {
      for (const path of [`blobs/${digest}`, `manifests/${manifest}`, `referrers/${manifest}`]) {
        for (const method of ['GET', 'HEAD']) {
          const { status, text, headers } = await asEve(method, `/v2/${repository}/${path}`);
          const isEmptyList = path.startsWith('referrers') && repository === 'eve/own' && status === 200;
          assert.ok(isEmptyList || status === 401 || status === 404 || status === 405, `${after}: ${path} ${status}`);
          assert.equal(headers['docker-content-digest'], undefined, `${after}: ${method} ${repository} ${path}`);
          assert.ok(!text.includes(secret.toString('latin1').slice(0, 20)));
        }
      }
    }
    const { rows } = await pool.query(
      `SELECT FROM registry.repository_blobs rb JOIN registry.repositories r ON r.id = rb.repository_id
       JOIN registry.blobs b ON b.id = rb.blob_id WHERE r.namespace = 'eve' AND b.digest = $1`,
      [digest],
    );
    assert.equal(rows.length, 0, after);
  }

  await assertHidden('at first');
  for (const query of [
    `mount=${digest}&from=acme/app`,
    `mount=${digest}`,
    `mount=${digest}&from=acme%2Fapp`,
    `mount=${digest}&from=eve/own`,
    `mount=${digest}&from=eve/../acme/app`,
    `mount=${digest}&from=`,
    `from=acme/app&mount=${digest}&from=eve/own`,
  ]) {
    const { status } = await asEve('POST', `/v2/eve/own/blobs/uploads/?${query}`);
    assert.ok(status === 202 || status === 400, `${query}: ${status}`);
    await assertHidden(query);
  }
  // To say what the digest is does not stand in place of the bytes.
  for (const body of ['', 'not it', secret.subarray(1)]) {
    const { outcome } = await asEve('POST', `/v2/eve/own/blobs/uploads/?digest=${digest}`, body);
    assert.equal(outcome, '400 DIGEST_INVALID');
  }
  const begun = await asEve('POST', '/v2/eve/own/blobs/uploads/');
  const location = String(begun.headers.location);
  assert.equal((await asEve('PUT', `${location}?digest=${digest}`)).outcome, '400 DIGEST_INVALID');
  await assertHidden('uploads');

  // Nor does a manifest that names it.
  const configDescriptor = {
    mediaType: 'application/vnd.oci.image.config.v1+json',
    digest: digestOf(config),
    size: config.length,
  };
  for (const mediaType of ['application/vnd.oci.image.layer.v1.tar', ...foreignTypes]) {
    const layers = [{ mediaType, digest, size: secret.length, urls: ['https://192.0.2.1/'] }];
    const body = JSON.stringify({ schemaVersion: 2, mediaType: imageType, config: configDescriptor, layers });
    const { status } = await asEve('PUT', `/v2/eve/own/manifests/${encodeURIComponent('x')}`, body, imageType);
    assert.equal(status, foreignTypes.includes(mediaType) ? 201 : 404, mediaType);
    await assertHidden(`a manifest with ${mediaType}`);
  }
  const index = JSON.stringify({
    schemaVersion: 2,
    manifests: [{ mediaType: imageType, digest: manifest, size: 1 }],
  });
  const put = await asEve('PUT', '/v2/eve/own/manifests/i', index, 'application/vnd.oci.image.index.v1+json');
  assert.equal(put.outcome, '404 MANIFEST_BLOB_UNKNOWN');
  await assertHidden('an index');
  // An upload of somebody else, by its path.
  const foreign = await registry('walt', 'repository:acme/app:pull,push', 'POST', '/v2/acme/app/blobs/uploads/');
  const path = String(foreign.headers.location).replace('/acme/app/', '/eve/own/');
  for (const method of ['GET', 'PATCH', 'PUT', 'DELETE']) {
    const { status } = await asEve(method, method === 'PUT' ? `${path}?digest=${digest}` : path);
    assert.equal(status, 404, method);
  }
  // Who may read it may mount it.
  const walt = await send('admin', 'PUT', '/enzi/v0/accounts/acme/members/walt', { body: { isAdmin: true } });
  assert.equal(walt.status, 200);
  const scope = 'repository:acme/copy:pull,push repository:acme/app:pull';
  const mounted = await registry('walt', scope, 'POST', `/v2/acme/copy/blobs/uploads/?mount=${digest}&from=acme/app`);
  assert.equal(mounted.status, 201);
});

test(attackOf('CVE-2025-23208'), { timeout: 120_000 }, async (t) => {
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const provider = await startOidcProvider(createCleanUp(t), `${publicUrl}/enzi/v0/oidc/callback`);
  const api = await startApi(t, { port, publicUrl, oidc: oidcConfigOf(provider, { adminGroup: 'operators' }) });
  const must = async (method: string, path: string, body: object): Promise<void> => {
    const { status, text } = await api.send(method, path, { body });
    assert.ok(status < 300, text);
  };
  await must('POST', '/api/v0/repositories/acme', { name: 'app', visibility: 'private' });
  await must('POST', '/enzi/v0/accounts/acme/teams', { name: 'builders' });
  await must('PUT', '/enzi/v0/accounts/acme/teams/builders/memberSyncConfig', {
    enableSync: true,
    oidcGroups: ['platform', 'crew'],
  });
  await must('PUT', '/api/v0/repositories/acme/app/teamAccess/builders', { accessLevel: 'read-write' });

  /** What grace may do after a sign-in at which the provider has said these groups of her. */
  async function rightsWith(claims: object): Promise<string> {
    provider.people.set('grace', { preferred_username: 'grace', ...claims });
    const browser = createBrowser();
    const isBack = (url: URL): boolean => url.origin === publicUrl && !url.pathname.startsWith('/enzi/');
    const page = await browse(browser, new URL(`${publicUrl}/enzi/v0/oidc/login`), 'grace', isBack);
    assert.equal(page.status, 302, page.body);
    const headers = { cookie: browser.cookiesFor(publicUrl) };
    const ask = async (path: string) => (await api.send('GET', path, { as: null, headers })).status;
    return `repository ${await ask('/api/v0/repositories/acme/app')}, workers ${await ask('/api/v0/workers')}`;
  }
  const none = 'repository 404, workers 403';
  const member = 'repository 200, workers 403';
  const steps: readonly (readonly [object, string])[] = [
    [{ groups: [] }, none],
    [{ groups: ['platform'] }, member],
    [{ groups: [] }, none],
    [{ groups: ['platform', 'crew', 'operators'] }, 'repository 200, workers 200'],
    [{ groups: ['crew'] }, member],
    [{ groups: ['others'] }, none],
    [{ groups: ['crew'] }, member],
    [{}, none],
    [{ groups: 'platform' }, member],
    [{ groups: null }, none],
  ];
  for (const [claims, rights] of steps) assert.equal(await rightsWith(claims), rights, JSON.stringify(claims));
});
