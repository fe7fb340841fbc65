import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baseImagePath, missing } from '../setup/tools.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { expectStatus } from './client.ts';
import { credentialClients } from './credential-clients.ts';
import { copyLayerAsImage } from './oci-image.ts';
import { startRegistryProcess } from './registry-process.ts';
import { createRobot, type SignInWith } from './robot.ts';
import { temporaryFolder } from './tool.ts';

const skip = missing(
  'docker',
  'dockerd',
  'containerd',
  'ctr',
  'podman',
  'skopeo',
  'crane',
  'regctl',
  'oras',
  'helm',
  'base-image',
);
// What they take is a fraction of it. A client that tries again takes most of a minute.
const mostMs = 10_000;

// These show no words of a token service, but the status.
const wordless = new Set(['regctl', 'containerd']);
const cause = (client: string, words: RegExp): RegExp => (wordless.has(client) ? /unauthorized/i : words);

test(
  'every client ends at once where its credentials are wrong, revoked, or of no use there, and says so',
  { skip, timeout: 600_000 },
  async (t) => {
    const cleanUp = createCleanUp(t);
    const { url } = await createTestDatabase(cleanUp);
    const registry = await startRegistryProcess(cleanUp, url, { HTTP_PROCESSES: '1' });
    const { host, password, client } = registry;
    const { path: layout } = await copyLayerAsImage(baseImagePath(), await temporaryFolder(cleanUp), 1);
    const clients = await credentialClients(cleanUp, { host, password, layout });
    const apiToken = await client.apiToken();
    const addUser = async (name: string): Promise<void> => {
      const response = await fetch(`${registry.baseUrl}/enzi/v0/accounts`, {
        method: 'POST',
        headers: { authorization: `Bearer ${apiToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ name, password }),
      });
      assert.equal(response.status, 201, await response.text());
    };
    const signIn = async ({ name, secret }: SignInWith): Promise<number> => {
      const authorization = `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`;
      const response = await fetch(`${registry.baseUrl}/auth/token`, { headers: { authorization } });
      await response.body?.cancel();
      return response.status;
    };

    for (const each of clients) {
      await t.test(each.name, async (t) => {
        const refused = async (what: string, credentials: SignInWith, words: RegExp): Promise<void> => {
          for (const action of ['push', 'pull'] as const) {
            const [run, ...args] = await each[action](credentials, `admin/${each.name}`);
            const startedMs = performance.now();
            const { stdout, stderr } = await run.fails(...args);
            const tookMs = performance.now() - startedMs;
            t.diagnostic(`${action} with ${what}: ${Math.round(tookMs)} ms`);
            assert.ok(tookMs < mostMs, `${action} with ${what} took ${Math.round(tookMs)} ms: ${stderr}`);
            assert.match(stdout + stderr, words, `${action} with ${what}`);
          }
        };
        const [push, ...pushArgs] = await each.push({ name: 'admin', secret: password }, `admin/${each.name}`);
        await push(...pushArgs);
        const wrong = cause(each.name, /user name or password is wrong/);

        const user = `user-${each.name}`;
        await addUser(user);
        assert.equal(await signIn({ name: user, secret: password }), 200);
        await refused('a wrong password', { name: user, secret: `${password}x` }, wrong);

        const made = await client.api<{ token: string; hashedToken: string }>('POST', '/api_tokens', {});
        const { token, hashedToken } = expectStatus(200, made);
        expectStatus(200, await client.api('DELETE', `/api_tokens/${hashedToken}`));
        await refused('a revoked access token', { name: 'admin', secret: token }, wrong);

        const robot = await createRobot(client, `ci-${each.name}`);
        await client.api('DELETE', `/robots/${robot.id}`);
        await refused('a robot that is gone', robot, wrong);

        const denied = /denied|does not permit|unauthorized|insufficient_scope/i;
        await refused('an account without rights', { name: user, secret: password }, denied);
      });
    }

    await t.test('docker that keeps a refresh token, whose access token was revoked', async () => {
      const [docker] = clients;
      assert.equal(docker?.name, 'docker');
      const made = await client.api<{ token: string; hashedToken: string }>('POST', '/api_tokens', {});
      const { token, hashedToken } = expectStatus(200, made);
      const [run, flag, folder, ...push] = await docker.push({ name: 'nobody', secret: 'x' }, 'admin/docker');
      assert.ok(flag !== undefined && folder !== undefined);
      await run(flag, folder, 'login', host, '-u', 'admin', '-p', token);
      await run(flag, folder, ...push);
      expectStatus(200, await client.api('DELETE', `/api_tokens/${hashedToken}`));
      const startedMs = performance.now();
      const { stderr } = await run.fails(flag, folder, ...push);
      assert.ok(performance.now() - startedMs < mostMs, stderr);
      assert.match(stderr, /unauthorized: the refresh token is not valid.*sign in again/);
    });
  },
);
