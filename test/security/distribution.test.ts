import assert from 'node:assert/strict';
import { createHash, createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import http from 'node:http';
import { test } from 'node:test';
import { residentBytes } from '../e2e/process-memory.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { createTestCertificate } from '../support/certificates.ts';
import { attackOf } from './cve-table.ts';
import { startTarget, type Target } from './target.ts';

const mib = 1024 * 1024;
const imageType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';
const acmeScope = 'repository:acme/app:pull,push';

/**
 * Sends a manifest that goes on until the server has answered and taken its leave, or `maxBytes` have gone.
 *
 * @returns the status, 0 where there is none, and how many bytes went
 */
function sendEndlessManifest(
  { port }: Target,
  token: string,
  maxBytes: number,
  announcedBytes?: number,
): Promise<{ readonly status: number; readonly sentBytes: number }> {
  return new Promise((resolve) => {
    let status = 0;
    let sentBytes = 0;
    const req = http.request({
      port,
      host: '127.0.0.1',
      method: 'PUT',
      path: '/v2/acme/app/manifests/endless',
      agent: false,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': imageType,
        ...(announcedBytes !== undefined && { 'content-length': announcedBytes }),
      },
    });
    const chunk = Buffer.alloc(mib, '{"a":');
    const write = (): void => {
      while (sentBytes < maxBytes && !req.destroyed) {
        sentBytes += chunk.length;
        if (!req.write(chunk)) return;
      }
      req.destroy();
    };
    req.on('response', (res) => {
      status = res.statusCode ?? 0;
      res.resume();
    });
    req.on('drain', write);
    req.on('error', () => undefined);
    req.on('close', () => resolve({ status, sentBytes }));
    write();
  });
}

test('faults of CNCF distribution', { timeout: 300_000 }, async (t) => {
  const target = await startTarget(createCleanUp(t));
  const { send, registry } = target;

  await t.test(attackOf('CVE-2017-11468'), async (st) => {
    const token = await target.token('walt', acmeScope);
    const before = await residentBytes(target.process.pid);
    let peak = before;
    const watch = setInterval(() => {
      void residentBytes(target.process.pid).then((bytes) => (peak = Math.max(peak, bytes)));
    }, 50);
    st.after(() => clearInterval(watch));
    const ends = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        sendEndlessManifest(target, token, 256 * mib, index % 2 === 0 ? undefined : 1024 * mib),
      ),
    );
    for (const { status, sentBytes } of ends) {
      assert.ok(status === 413 || status === 0, String(status));
      assert.ok(sentBytes < 128 * mib, `the server went on reading for ${sentBytes} bytes`);
    }
    assert.ok(ends.some(({ status }) => status === 413));
    st.diagnostic(`from ${Math.round(before / mib)} to at most ${Math.round(peak / mib)} MiB`);
    // 20 manifests of 4 MiB are held at most, and copied once.
    assert.ok(peak - before < 400 * mib, `${peak - before} bytes more`);
    assert.equal((await send(undefined, 'GET', '/readyz')).status, 200);
  });

  await t.test(attackOf('CVE-2021-41190'), async () => {
    const { rows } = await target.pool.query<{ digest: string; size: string }>(
      'SELECT digest, size_bytes AS size FROM registry.blobs ORDER BY id LIMIT 2',
    );
    const [config, layer] = rows.map(({ digest, size }) => ({ mediaType: 'a/b', digest, size: Number(size) }));
    const child = { mediaType: imageType, digest: target.digest, size: 1 };
    const both = { schemaVersion: 2, config, layers: [layer], manifests: [child] };
    const image = { schemaVersion: 2, config, layers: [layer] };
    const documents: readonly (readonly [string, string, string])[] = [
      [JSON.stringify(both), imageType, '400 MANIFEST_INVALID'],
      [JSON.stringify(both), indexType, '400 MANIFEST_INVALID'],
      [JSON.stringify({ ...both, mediaType: imageType }), imageType, '400 MANIFEST_INVALID'],
      [JSON.stringify({ ...both, mediaType: imageType }), indexType, '400 MANIFEST_INVALID'],
      [JSON.stringify({ ...image, Manifests: [child] }), imageType, '400 MANIFEST_INVALID'],
      [JSON.stringify(image).replace('{', `{"layers":[],`), imageType, '400 MANIFEST_INVALID'],
      [JSON.stringify({ ...image, mediaType: indexType }), imageType, '400 MANIFEST_INVALID'],
      [JSON.stringify(image), indexType, '400 MANIFEST_INVALID'],
      [JSON.stringify(image), imageType, '201'],
    ];
    for (const [body, type, expected] of documents) {
      const put = await registry('walt', acmeScope, 'PUT', '/v2/acme/app/manifests/both', {
        body,
        headers: { 'content-type': type },
      });
      assert.equal(put.outcome, expected, `${type} ${body}`);
    }
    // Whatever a client says that it accepts, one digest has one type.
    for (const accept of [imageType, indexType, '*/*']) {
      const pulled = await registry('rita', 'repository:acme/app:pull', 'GET', '/v2/acme/app/manifests/both', {
        headers: { accept },
      });
      assert.equal(pulled.headers['content-type'], imageType);
    }
  });

  await t.test(attackOf('CVE-2023-2253'), async () => {
    const before = await residentBytes(target.process.pid);
    const numbers = [
      '2147483647',
      '9223372036854775807',
      '999999999999999',
      '1e9',
      '0x7fffffff',
      '-1',
      '1'.repeat(400),
    ];
    for (const n of numbers) {
      for (const path of ['/v2/_catalog', '/v2/acme/app/tags/list', `/v2/acme/app/referrers/${target.digest}`]) {
        const scope = path === '/v2/_catalog' ? 'registry:catalog:*' : acmeScope;
        const { status, text } = await registry('walt', scope, 'GET', `${path}?n=${n}`);
        assert.ok(status === 200 || status === 400, `${path}?n=${n}: ${status}`);
        assert.ok(text.length < 10_000);
      }
      for (const path of ['/api/v0/repositories', '/enzi/v0/accounts', '/api/v0/repositories/acme/app/tags']) {
        for (const parameter of ['pageSize', 'limit']) {
          const { status } = await send('walt', 'GET', `${path}?${parameter}=${n}`);
          assert.ok(status === 200 || status === 400, `${path}?${parameter}=${n}: ${status}`);
        }
      }
    }
    const grown = (await residentBytes(target.process.pid)) - before;
    assert.ok(grown < 200 * mib, `${grown} bytes more`);
  });

  await t.test(attackOf('CVE-2025-24976'), async (st) => {
    const access = [
      { type: 'repository', name: 'acme/app', actions: ['pull', 'push', 'delete', '*'] },
      { type: 'registry', name: 'catalog', actions: ['*'] },
    ];
    const honest = await target.token('eve', 'repository:eve/own:pull');
    const [head = '', payload = ''] = honest.split('.');
    const header = parse(head);
    const claims = { ...parse(payload), sub: 'admin', access };
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = publicKey.export({ format: 'jwk' });
    const published = JSON.parse((await send(undefined, 'GET', '/auth/jwks')).text) as { keys: object[] };
    const certificate = await createTestCertificate('jobrunner');
    const x5c = [certificate.certificate.replace(/-----[^-]+-----|\s/g, '')];
    const thumbprint = createHash('sha256')
      .update(JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y }))
      .digest('base64url');
    const byKey = (changes: object, said: object = claims): string => {
      const text = `${format({ ...header, ...changes })}.${format(said)}`;
      const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' });
      return `${text}.${signature.toString('base64url')}`;
    };
    const byHmac = (secret: string): string => {
      const text = `${format({ ...header, alg: 'HS256' })}.${format(claims)}`;
      return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
    };
    const unsigned = (alg: string): string => `${format({ ...header, alg })}.${format(claims)}.`;
    const publicKeyOfServer = JSON.stringify(published.keys[0]);
    const forged: Readonly<Record<string, string>> = {
      'its own key as jwk': byKey({ jwk, x5c: undefined }),
      'its own key as jwk, without kid': byKey({ jwk, kid: undefined, x5c: undefined }),
      'its own key as jwk, with its thumbprint as kid': byKey({ jwk, kid: thumbprint, x5c: undefined }),
      'a certificate of its own': byKey({ x5c }),
      'a certificate of its own, without kid': byKey({ x5c, kid: undefined }),
      'a certificate of its own before that of the server': byKey({ x5c: [...x5c, ...(header['x5c'] as string[])] }),
      'the key of the server as jwk': byKey({ jwk: published.keys[0] }),
      'keys from a URL': byKey({ jku: 'https://elsewhere.example/jwks', x5u: 'https://elsewhere.example/x' }),
      'a kid that is a path': byKey({ kid: '../../../../dev/null' }),
      'a kid that is SQL': byKey({ kid: `' UNION SELECT '{}' --` }),
      'a kid of Object.prototype': byKey({ kid: '__proto__' }),
      'a critical extension': byKey({ crit: ['b64'], b64: false }),
      'no algorithm': unsigned('none'),
      'no algorithm, in another case': unsigned('nOnE'),
      'the public key as a shared secret': byHmac(publicKeyOfServer),
      'an empty shared secret': byHmac(''),
      'an honest signature of other claims': `${head}.${format(claims)}.${honest.split('.')[2]}`,
      'no signature': `${head}.${payload}.`,
      nonsense: randomBytes(64).toString('base64url'),
    };
    const paths = [
      ['GET', '/v2/acme/app/manifests/1'],
      ['GET', '/v2/_catalog'],
      ['DELETE', '/v2/acme/app/manifests/1'],
      ['GET', '/api/v0/workers'],
      ['GET', '/enzi/v0/accounts'],
    ] as const;
    for (const [what, token] of Object.entries(forged)) {
      for (const [method, path] of paths) {
        const { status } = await send(undefined, method, path, { headers: { authorization: `Bearer ${token}` } });
        assert.equal(status, 401, `${what}: ${method} ${path}`);
      }
    }
    st.diagnostic(`${Object.keys(forged).length} forgeries`);
    const own = await send(undefined, 'GET', '/v2/', { headers: { authorization: `Bearer ${honest}` } });
    assert.equal(own.status, 200, 'what they were made of is good');
  });
});

function parse(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
}

function format(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
