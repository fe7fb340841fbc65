import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { baseImagePath, missing } from '../setup/tools.ts';
import { createCleanUp, type CleanUp } from '../support/clean-up.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { helmFor } from './client-tools.ts';
import { startDockerEngine } from './dockerd.ts';
import { copyLayerAsImage } from './oci-image.ts';
import { startRegistryProcess } from './registry-process.ts';
import { createAccessToken, createRobot, type SignInWith } from './robot.ts';
import { temporaryFolder, tool } from './tool.ts';

/** A registry, and every way to sign in to it. */
async function start(cleanUp: CleanUp) {
  const { url } = await createTestDatabase(cleanUp);
  const registry = await startRegistryProcess(cleanUp, url);
  const { client, password } = registry;
  const robot = await createRobot(client, 'ci');
  const ways: readonly (readonly [string, SignInWith])[] = [
    ['password', { name: 'admin', secret: password }],
    ['token', await createAccessToken(client)],
    ['robot', robot],
  ];
  return { ...registry, robot, ways };
}

test(
  'docker logs in, pushes, pulls and logs out by password, access token and robot',
  { skip: missing('docker', 'dockerd', 'skopeo', 'base-image'), timeout: 600_000 },
  async (t) => {
    const cleanUp = createCleanUp(t);
    const [docker, registry] = await Promise.all([startDockerEngine(cleanUp), start(cleanUp)]);
    const { client, host, robot, ways } = registry;
    const folder = await temporaryFolder(cleanUp);
    const { path: layout } = await copyLayerAsImage(baseImagePath(), await temporaryFolder(cleanUp), 1);
    const archive = join(folder, 'image.tar');
    await tool('skopeo')('copy', `oci:${layout}:latest`, `docker-archive:${archive}:local/app:1`);
    await docker('load', '--input', archive);
    for (const [way, { name, secret }] of ways) {
      const image = `${host}/admin/${way}:1`;
      await docker('tag', 'local/app:1', image);
      await docker.fails('login', host, '-u', name, '-p', `${secret}x`);
      await docker.fails('push', image);
      await docker('login', host, '-u', name, '-p', secret);
      await docker('push', image);
      await docker('image', 'rm', image);
      await docker('pull', image);
      assert.equal((await client.registry('HEAD', `/admin/${way}/manifests/1`)).status, 200);
      await docker('logout', host);
      await docker.fails('pull', image);
    }
    await docker('login', host, '-u', robot.name, '-p', robot.secret);
    await client.api('PATCH', `/robots/${robot.id}`, { isActive: false });
    await docker.fails('pull', `${host}/admin/robot:1`);
    await docker.fails('login', host, '-u', robot.name, '-p', robot.secret);
  },
);

test(
  'skopeo logs in, copies and logs out by password, access token and robot',
  { skip: missing('skopeo', 'base-image'), timeout: 600_000 },
  async (t) => {
    const cleanUp = createCleanUp(t);
    const { client, host, robot, ways } = await start(cleanUp);
    const skopeo = tool('skopeo');
    const { path: layout } = await copyLayerAsImage(baseImagePath(), await temporaryFolder(cleanUp), 1);
    const authFile = ['--authfile', join(await temporaryFolder(cleanUp), 'auth.json')];
    for (const [way, { name, secret }] of ways) {
      const copy = [
        'copy',
        ...authFile,
        '--dest-tls-verify=false',
        `oci:${layout}:latest`,
        `docker://${host}/admin/${way}:1`,
      ];
      const login = ['login', ...authFile, '--tls-verify=false', '-u', name, host, '-p'];
      await skopeo.fails(...login, `${secret}x`);
      await skopeo(...login, secret);
      await skopeo(...copy);
      assert.equal((await client.registry('HEAD', `/admin/${way}/manifests/1`)).status, 200);
      await skopeo('logout', ...authFile, host);
      await skopeo.fails(...copy);
    }
    const at = ['--tls-verify=false', '--creds', `${robot.name}:${robot.secret}`, `docker://${host}/admin/robot:1`];
    await skopeo('inspect', ...at);
    // It may not delete.
    await skopeo.fails('delete', ...at);
  },
);

test(
  'helm logs in, pushes and pulls by password, access token and robot',
  { skip: missing('helm'), timeout: 600_000 },
  async (t) => {
    const cleanUp = createCleanUp(t);
    const { host, ways } = await start(cleanUp);
    const folder = await temporaryFolder(cleanUp);
    for (const [way, { name, secret }] of ways) {
      const helm = await helmFor(cleanUp, { host, password: secret, name });
      await helm.fails('registry', 'login', host, '--plain-http', '-u', name, '-p', `${secret}x`);
      await helm('create', join(folder, way));
      await helm('package', join(folder, way), '--version', '1.0.0', '--destination', folder);
      const charts = `oci://${host}/admin/charts`;
      await helm('push', join(folder, `${way}-1.0.0.tgz`), charts, '--plain-http');
      const pull = ['pull', `${charts}/${way}`, '--plain-http', '--destination', await temporaryFolder(cleanUp)];
      await helm(...pull);
      await helm('registry', 'logout', host);
      await helm.fails(...pull);
    }
  },
);
