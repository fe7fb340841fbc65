import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { baseImagePath, missing } from '../setup/tools.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { podmanFor } from './client-tools.ts';
import { copyLayerAsImage } from './oci-image.ts';
import { startRegistryProcess } from './registry-process.ts';
import { temporaryFolder, tool } from './tool.ts';

const skip = missing('podman', 'skopeo', 'base-image');

test(
  'podman logs in, pushes and pulls by tag and digest, lists tags, and pushes manifest lists',
  { skip },
  async (t) => {
    const cleanUp = createCleanUp(t);
    const { url } = await createTestDatabase(cleanUp);
    const registry = await startRegistryProcess(cleanUp, url);
    const podman = await podmanFor(cleanUp, registry);
    const folder = await temporaryFolder(cleanUp);
    const archive = join(folder, 'image.tar');
    const { path: layout } = await copyLayerAsImage(baseImagePath(), await temporaryFolder(cleanUp), 1);
    await tool('skopeo')('copy', `oci:${layout}:latest`, `docker-archive:${archive}:local/app:1`);
    const name = `${registry.host}/admin/app`;
    const app = `${name}:1`;
    const print = async (...args: readonly string[]): Promise<string> => (await podman(...args)).stdout.trim();

    await podman('load', '--input', archive);
    const imageId = await print('image', 'ls', '--quiet', '--no-trunc');
    await podman('tag', 'local/app:1', app);
    await podman('push', '--digestfile', join(folder, 'digest'), app);
    const head = await registry.client.registry('HEAD', '/admin/app/manifests/1');
    const digest = head.headers.get('docker-content-digest');

    for (const reference of [app, `${name}@${digest}`]) {
      await podman('image', 'rm', '--all', '--force');
      await podman('pull', reference);
      assert.equal(await print('image', 'ls', '--quiet', '--no-trunc'), imageId, reference);
    }
    await podman('push', '--format', 'v2s2', imageId, `${name}:docker`);

    await podman('manifest', 'create', 'list');
    await podman('manifest', 'add', 'list', `docker://${app}`);
    await podman('manifest', 'push', '--all', 'list', `docker://${name}:list`);
    const list = await registry.client.registry<{ manifests: { digest: string }[] }>(
      'GET',
      '/admin/app/manifests/list',
      {
        headers: {
          accept: 'application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json',
        },
      },
    );
    assert.equal(list.body.manifests.length, 1);
    const [, ...rows] = (await print('search', '--list-tags', name)).split('\n');
    const tags = rows.map((row) => row.split(/\s+/).at(-1) ?? '').sort();
    assert.deepEqual(tags, ['1', 'docker', 'list']);

    await podman('logout', registry.host);
    const refused = await podman.fails('pull', `${name}:list`);
    assert.match(refused.stderr, /unauthorized|denied|authentication required/i);
  },
);
