import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { clientCertificateHeader, nginxSecretHeader } from '../../registry/http/nginx-hand-over.ts';
import { createTestCertificate } from '../support/certificates.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { createClient, digestOf, expectStatus } from './client.ts';
import { eventually } from './eventually.ts';
import { startRole, temporaryDataDir } from './jobrunner-process.ts';

interface Refusal {
  readonly errors: readonly { readonly code: string; readonly message: string; readonly detail: unknown }[];
}

const nginxSecret = 's'.repeat(32);

test('Basic at /v2', { timeout: 180_000 }, async (t) => {
  const cleanUp = createCleanUp(t);
  const { url, pool } = await createTestDatabase(cleanUp);
  const { baseUrl, client, password } = await startRole(cleanUp, 'api,garant,registry', {
    ADMIN_PASSWORD: randomBytes(8).toString('hex'),
    SECRET_KEY: randomBytes(32).toString('hex'),
    DATABASE_URL: url,
    JOBRUNNER_DATA_DIR: await temporaryDataDir(cleanUp),
    NGINX_SECRET: nginxSecret,
    HTTP_PROCESSES: '1',
  });
  const adaPassword = randomBytes(8).toString('hex');
  const enzi = async (method: string, path: string, body: unknown): Promise<void> => {
    const response = await fetch(`${baseUrl}/enzi/v0/accounts${path}`, {
      method,
      headers: { authorization: `Bearer ${await client.apiToken()}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    assert.ok(response.ok, `${method} ${path}: ${await response.text()}`);
  };
  await enzi('POST', '', { name: 'ada', password: adaPassword });
  await enzi('POST', '', { name: 'acme', isOrg: true });
  await enzi('POST', '/acme/teams', { name: 'builders' });
  await enzi('PUT', '/acme/teams/builders/members/ada', {});
  for (const [name, visibility] of [
    ['base', 'private'],
    ['hidden', 'private'],
    ['open', 'public'],
  ] as const) {
    expectStatus(201, await client.api('POST', '/repositories/acme', { name, visibility }));
    await client.pushImage(`acme/${name}`, 'latest');
  }
  const grant = { accessLevel: 'read-only' };
  expectStatus(200, await client.api('PUT', '/repositories/acme/base/teamAccess/builders', grant));

  const basic = (name: string, secret: string): string =>
    `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`;
  const ada = basic('ada', adaPassword);
  const send = (
    method: string,
    path: string,
    authorization: string | undefined,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> =>
    fetch(`${baseUrl}/v2${path}`, {
      method,
      headers: { ...headers, ...(authorization !== undefined && { authorization }) },
    });
  const refusalOf = async (response: Response): Promise<Refusal['errors'][number]> => {
    const { errors } = (await response.json()) as Refusal;
    assert.equal(errors.length, 1);
    const [error] = errors;
    assert.ok(error && typeof error.message === 'string' && error.detail !== undefined);
    return error;
  };
  const status = async (...args: Parameters<typeof send>): Promise<number> => {
    const response = await send(...args);
    await response.body?.cancel();
    return response.status;
  };

  await t.test('an image is pushed and pulled with nothing but a password', async () => {
    const bytes = randomBytes(1_000);
    const digest = digestOf(bytes);
    const begun = await send('POST', '/ada/app/blobs/uploads/', ada);
    assert.equal(begun.status, 202);
    const location = new URL(begun.headers.get('location') ?? '', baseUrl);
    location.searchParams.set('digest', digest);
    const ended = await fetch(location, { method: 'PUT', headers: { authorization: ada }, body: bytes });
    assert.equal(ended.status, 201, await ended.text());
    const pulled = await send('GET', `/ada/app/blobs/${digest}`, ada);
    assert.deepEqual(Buffer.from(await pulled.arrayBuffer()), bytes);
    assert.equal(await status('GET', `/ada/app/blobs/${digest}`, basic('admin', password)), 200);
  });

  await t.test('the catalog shows what the account may read', async () => {
    const { repositories } = (await (await send('GET', '/_catalog', ada)).json()) as { repositories: string[] };
    assert.deepEqual(repositories, ['acme/base', 'acme/open', 'ada/app']);
  });

  await t.test('a mount takes from what the account may read, and from nothing else', async () => {
    const blobOf = async (name: string): Promise<string> => {
      const { body } = await client.registry<{ layers: { digest: string }[] }>('GET', `/acme/${name}/manifests/latest`);
      return body.layers[0]?.digest ?? '';
    };
    const mount = async (from: string, to: string): Promise<number> =>
      status('POST', `/${to}/blobs/uploads/?mount=${await blobOf(from)}&from=acme/${from}`, ada);
    assert.equal(await mount('base', 'ada/mounted'), 201);
    assert.equal(await mount('open', 'ada/mounted'), 201);
    assert.equal(await mount('hidden', 'ada/mounted'), 202, 'an ordinary upload, as if it were not there');
    assert.equal(await mount('base', 'acme/open'), 403, 'no right to push there');
  });

  await t.test('what is taken away holds for the next request', async () => {
    const path = '/acme/base/manifests/latest';
    const accept = { accept: 'application/vnd.oci.image.manifest.v1+json' };
    assert.equal(await status('GET', path, ada, accept), 200);
    await client.api('DELETE', '/repositories/acme/base/teamAccess/builders');
    assert.equal(await status('GET', path, ada, accept), 403);
    await enzi('PATCH', '/ada', { isActive: false });
    const inactive = await send('GET', '/', ada);
    assert.equal(inactive.status, 401);
    assert.equal((await refusalOf(inactive)).code, 'UNAUTHORIZED');
    await enzi('PATCH', '/ada', { isActive: true });
    assert.equal(await status('GET', '/', ada), 200);
  });

  await t.test('no credentials, and a certificate in place of them, get the challenge', async () => {
    const { certificate: publicKey } = await createTestCertificate('laptop');
    await enzi('POST', '/admin/publicKeys', { label: 'laptop', publicKey });
    const certificate = {
      [clientCertificateHeader]: encodeURIComponent(publicKey),
      [nginxSecretHeader]: nginxSecret,
    };
    const token = await fetch(`${baseUrl}/auth/token?scope=repository:acme/hidden:pull`, { headers: certificate });
    assert.equal(((await token.json()) as { scope: string }).scope, 'repository:acme/hidden:pull');
    for (const authorization of [undefined, 'Basic Og==', 'Negotiate abc']) {
      const response = await send('GET', '/acme/open/manifests/latest', authorization, certificate);
      assert.equal(response.status, 401);
      assert.match(
        response.headers.get('www-authenticate') ?? '',
        /^Bearer realm=.*scope="repository:acme\/open:pull"$/,
      );
      assert.equal((await refusalOf(response)).code, 'UNAUTHORIZED');
    }
    assert.equal(await status('GET', '/acme/hidden/tags/list', ada, certificate), 403, 'the credentials count');
  });

  await t.test('a page of another site cannot push with what a browser remembers', async () => {
    const foreign = { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' };
    const response = await send('POST', '/ada/app/blobs/uploads/', ada, foreign);
    assert.equal(response.status, 403);
    assert.equal((await refusalOf(response)).code, 'DENIED');
    assert.equal(await status('GET', '/', ada, foreign), 200);
  });

  await t.test('a password that goes with every request is checked once, and is one event', async () => {
    await enzi('POST', '', { name: 'bob', password: adaPassword });
    for (let request = 0; request < 30; request++) {
      assert.equal(await status('GET', '/', basic('bob', adaPassword)), 200);
    }
    await eventually('the events of sign-ins', async () => {
      const { rows } = await pool.query<{ count: number }>(
        `SELECT sum(count)::int AS count FROM registry.events WHERE kind = 'SIGN_IN' AND actor = 'bob'`,
      );
      return rows[0]?.count;
    });
    // Those that are still to be written come within a second.
    await delay(2_000);
    const { rows } = await pool.query(
      `SELECT sum(count)::int AS count FROM registry.events WHERE kind = 'SIGN_IN' AND actor = 'bob'`,
    );
    assert.deepEqual(rows, [{ count: 1 }]);
  });

  await t.test('a wrong password is final; too many are 429, and hold up nobody who was right', async () => {
    const wrong = basic('ada', 'wrong');
    const first = await send('GET', '/ada/app/tags/list', wrong);
    assert.equal(first.status, 401);
    assert.match(
      first.headers.get('www-authenticate') ?? '',
      /^Bearer realm=".*\/auth\/token",service="jobrunner",scope=/,
    );
    assert.equal((await refusalOf(first)).message, 'user name or password is wrong');
    const throttled = await eventually(
      '429',
      async () => {
        const response = await send('GET', '/ada/app/tags/list', basic('ada', randomBytes(4).toString('hex')));
        if (response.status === 429) return response;
        await response.body?.cancel();
        return undefined;
      },
      { timeoutMs: 60_000, intervalMs: 0 },
    );
    assert.ok(Number(throttled.headers.get('retry-after')) >= 1);
    const refusal = await refusalOf(throttled);
    assert.equal(refusal.code, 'TOOMANYREQUESTS');
    // The throttle is that of /auth/token.
    const token = await fetch(`${baseUrl}/auth/token`, { headers: { authorization: basic('ada', 'wrong again') } });
    assert.equal(token.status, 429);
    assert.equal(await status('GET', '/ada/app/tags/list', ada), 200);
    expectStatus(200, await createClient(baseUrl, adaPassword, 'ada').registry('GET', '/ada/app/tags/list'));
  });
});
