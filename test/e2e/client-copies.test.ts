import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { baseImagePath, missing } from '../setup/tools.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { orasFor, regctlFor, skopeoFor } from './client-tools.ts';
import { copyLayerAsImage } from './oci-image.ts';
import { startRegistryProcess } from './registry-process.ts';
import { craneFor, makeTarball, temporaryFolder } from './tool.ts';

const tags = ['index', 'nested', 'ten-layers', 'zstd'];
const acceptAny = { accept: '*/*' };

test(
  'every client copies every kind of image to another repository, digest for digest',
  {
    skip: missing('crane', 'skopeo', 'regctl', 'oras', 'base-image'),
  },
  async (t) => {
    const cleanUp = createCleanUp(t);
    const { url } = await createTestDatabase(cleanUp);
    const registry = await startRegistryProcess(cleanUp, url);
    const { client, host } = registry;
    const folder = await temporaryFolder(cleanUp);
    const [crane, regctl, oras] = await Promise.all([
      craneFor(cleanUp, registry),
      regctlFor(cleanUp, registry),
      orasFor(cleanUp, registry, folder),
    ]);
    const { skopeo, at, from, to } = skopeoFor(registry);
    const source = `${host}/admin/source`;

    const layers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => makeTarball(folder, `layer-${index}`, randomBytes(20_000))),
    );
    await crane('append', ...layers.flatMap((path) => ['--new_layer', path]), '--new_tag', `${source}:ten-layers`);
    await crane('mutate', `${source}:ten-layers`, '--label', 'a=b', '--tag', `${source}:mutated`);
    const { path: layout } = await copyLayerAsImage(baseImagePath(), await temporaryFolder(cleanUp), 1);
    await regctl('image', 'mod', `ocidir://${layout}:latest`, '--create', `${source}:zstd`, '--layer-compress', 'zstd');
    await crane('index', 'append', '-m', `${source}:ten-layers`, '-m', `${source}:zstd`, '-t', `${source}:index`);
    const parts = ['-m', `${source}:index`, '-m', `${source}:mutated`];
    await crane('index', 'append', '--flatten=false', ...parts, '-t', `${source}:nested`);

    const manifest = async (
      repository: string,
      tag: string,
    ): Promise<Manifest & { readonly digest: string | null }> => {
      const { headers, body } = await client.registry<Manifest>('GET', `/admin/${repository}/manifests/${tag}`, {
        headers: acceptAny,
      });
      return { ...body, digest: headers.get('docker-content-digest') };
    };
    assert.equal((await manifest('source', 'ten-layers')).layers?.length, 10);
    assert.match((await manifest('source', 'zstd')).layers?.[0]?.mediaType ?? '', /\+zstd$/);
    const nested = await manifest('source', 'nested');
    assert.match(nested.manifests?.[0]?.mediaType ?? '', /index/);

    const copies: Readonly<Record<string, (source: string, target: string) => Promise<unknown>>> = {
      crane: (source, target) => crane('copy', source, target),
      skopeo: (source, target) => skopeo('copy', '--all', ...from, ...to, `docker://${source}`, `docker://${target}`),
      regctl: (source, target) => regctl('image', 'copy', source, target),
      oras: (source, target) => oras('cp', source, target),
    };
    for (const [name, copy] of Object.entries(copies)) {
      await t.test(name, async () => {
        for (const tag of tags) {
          // It takes the index in an index for an image (containers/image, "copy": instances of a list are images).
          if (name === 'skopeo' && tag === 'nested') continue;
          await copy(`${source}:${tag}`, `${host}/admin/${name}:${tag}`);
          assert.equal((await manifest(name, tag)).digest, (await manifest('source', tag)).digest, tag);
          // It checks the digest of everything that it gets.
          await regctl('image', 'copy', `${host}/admin/${name}:${tag}`, `ocidir://${join(folder, name)}:${tag}`);
        }
      });
    }

    await t.test('skopeo synchronizes a repository to a folder and back', async () => {
      const output = join(folder, 'synchronized');
      await skopeo('sync', '--all', ...from, '--src', 'docker', '--dest', 'dir', `${host}/admin/crane:index`, output);
      assert.deepEqual(await readdir(output), ['crane:index']);
      await skopeo('sync', '--all', ...to, '--src', 'dir', '--dest', 'docker', output, `${host}/admin/back`);
      const listed = await skopeo('list-tags', ...at, `docker://${host}/admin/back/crane`);
      assert.deepEqual((JSON.parse(listed.stdout) as { Tags: string[] }).Tags, ['index']);
      assert.equal((await manifest('back/crane', 'index')).digest, (await manifest('source', 'index')).digest);
    });
  },
);

interface Manifest {
  readonly layers?: readonly { readonly mediaType: string }[];
  readonly manifests?: readonly { readonly mediaType: string }[];
}
