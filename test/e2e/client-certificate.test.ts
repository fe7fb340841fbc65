import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import https from 'node:https';
import { join } from 'node:path';
import { test } from 'node:test';
import { baseImagePath, missing } from '../setup/tools.ts';
import { createTestCertificate, type TestCertificate } from '../support/certificates.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { startJobrunner } from './jobrunner-process.ts';
import { copyLayerAsImage } from './oci-image.ts';
import { temporaryFolder, tool } from './tool.ts';

interface TlsAnswer {
  readonly status: number;
  readonly text: string;
}

test(
  'clients sign in by certificates through NGINX',
  { skip: missing('nginx', 'skopeo', 'temporal', 'base-image'), timeout: 600_000 },
  async (t) => {
    const cleanUp = createCleanUp(t);
    const folder = await temporaryFolder(cleanUp);
    const write = async (name: string, text: string): Promise<string> => {
      await writeFile(join(folder, name), text);
      return join(folder, name);
    };
    const server = await createTestCertificate('localhost', { host: 'localhost' });
    const authority = await createTestCertificate('clients', { isAuthority: true });
    const known = await createTestCertificate('known', { issuer: authority });
    const unknown = await createTestCertificate('unknown', { issuer: authority });
    const expired = await createTestCertificate('expired', { issuer: authority, expiredMs: 3_600_000 });
    const foreign = await createTestCertificate('foreign', { issuer: await createTestCertificate('elsewhere') });
    const jobrunner = await startJobrunner(cleanUp, {
      args: ['--nginx'],
      env: {
        TLS_CERT_FILE: await write('server.pem', server.certificate),
        TLS_KEY_FILE: await write('server-key.pem', server.key),
        CLIENT_CA_FILE: await write('clients.pem', authority.certificate),
      },
    });
    const { port, host, password } = jobrunner;

    /** Sends a request of its own connection, by somebody with a certificate. */
    const ask = (
      client: TestCertificate | undefined,
      path: string,
      { method = 'GET', headers = {}, body }: { method?: string; headers?: object; body?: object } = {},
    ): Promise<TlsAnswer> =>
      new Promise((resolve, reject) => {
        const request = https.request(
          {
            host: 'localhost',
            port,
            path,
            method,
            agent: false,
            ca: server.certificate,
            ...(client && { cert: client.certificate, key: client.key }),
            headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
          },
          (response) => {
            let text = '';
            response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
            response.on('error', reject);
            response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
          },
        );
        request.on('error', reject);
        request.end(body && JSON.stringify(body));
      });

    const registered = await ask(undefined, '/enzi/v0/accounts/admin/publicKeys', {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`admin:${password}`).toString('base64')}` },
      body: { label: 'laptop', publicKey: known.certificate },
    });
    assert.equal(registered.status, 201, registered.text);

    await t.test('who is known gets in, and nobody else', async () => {
      for (const [what, client, status, message] of [
        ['known', known, 200, /"jobs"/],
        ['none', undefined, 401, /NOT_AUTHENTICATED/],
        ['unknown', unknown, 401, /no active user has registered the client certificate/],
        ['foreign', foreign, 401, /not accepted: unable to/],
        ['expired', expired, 401, /the client certificate is not accepted/],
      ] as const) {
        const answer = await ask(client, '/api/v0/jobs');
        assert.equal(answer.status, status, `${what}: ${answer.text}`);
        assert.match(answer.text, message);
      }
    });

    await t.test('what a client writes into the header is dropped', async () => {
      const headers = { 'x-jobrunner-client-certificate': encodeURIComponent(known.certificate) };
      assert.equal((await ask(undefined, '/api/v0/jobs', { headers })).status, 401);
      const other = await ask(unknown, '/api/v0/jobs', { headers });
      assert.match(other.text, /no active user has registered/);
    });

    await t.test('skopeo pushes and pulls with a certificate alone', async () => {
      const layout = (await copyLayerAsImage(baseImagePath(), await temporaryFolder(cleanUp), 1)).path;
      const certificates = async (client: TestCertificate): Promise<string> => {
        const at = join(folder, client.name);
        await mkdir(at);
        await writeFile(join(at, 'ca.crt'), server.certificate);
        await writeFile(join(at, 'client.cert'), client.certificate);
        await writeFile(join(at, 'client.key'), client.key);
        return at;
      };
      // No password of whoever runs the test.
      const skopeo = tool('skopeo', { env: { REGISTRY_AUTH_FILE: await write('auth.json', '{}') } });
      const image = `docker://${host}/admin/app:1`;
      const from = `oci:${layout}:latest`;
      const right = await certificates(known);
      await skopeo('copy', '--dest-cert-dir', right, from, image);
      await skopeo('copy', '--src-cert-dir', right, image, `oci:${join(folder, 'pulled')}:1`);
      const wrong = await certificates(unknown);
      await skopeo.fails('copy', '--dest-cert-dir', wrong, from, image);
      await skopeo.fails('inspect', '--cert-dir', wrong, image);
    });
  },
);
