import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { baseImagePath, missing } from '../setup/tools.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { startDockerEngine } from './dockerd.ts';
import { eventually } from './eventually.ts';
import { startJobrunner } from './jobrunner-process.ts';
import { readImage } from './oci-image.ts';
import { temporaryFolder, tool } from './tool.ts';

const skip = missing('docker', 'dockerd', 'skopeo', 'temporal', 'base-image');

test(
  'a Docker engine logs in, pushes, pulls by tag and by digest, runs what it pulled, mounts, and lists',
  { skip },
  async (t) => {
    const cleanUp = createCleanUp(t);
    const [docker, jobrunner] = await Promise.all([startDockerEngine(cleanUp), startJobrunner(cleanUp)]);
    const { client, host, password } = jobrunner;
    const archive = join(await temporaryFolder(cleanUp), 'image.tar');
    await tool('skopeo')('copy', `oci:${baseImagePath()}:latest`, `docker-archive:${archive}:local/app:1`);
    const name = `${host}/admin/app`;
    const layerCount = (await readImage(baseImagePath())).layers.length;

    await docker.fails('login', host, '-u', 'admin', '-p', `${password}x`);
    await docker('login', host, '-u', 'admin', '-p', password);
    await docker('load', '--input', archive);
    await docker('tag', 'local/app:1', `${name}:1.0`);
    const startedMs = performance.now();
    const pushed = await docker('push', `${name}:1.0`);
    t.diagnostic(`docker push took ${Math.round(performance.now() - startedMs)} ms`);
    const digest = /digest: (sha256:[0-9a-f]{64})/.exec(pushed.stdout)?.[1] ?? '';
    const head = await client.registry('HEAD', '/admin/app/manifests/1.0');
    assert.equal(head.headers.get('docker-content-digest'), digest);

    for (const reference of [`${name}:1.0`, `${name}@${digest}`]) {
      await removeImages();
      assert.equal(await imageCount(), 0);
      await docker('pull', reference);
      if (reference === `${name}:1.0`) {
        // It asks for the tag by HEAD, and pulls by digest.
        const told = await eventually('the pull to be told under its tag', async () => {
          const { body } = await client.api('GET', '/repositories/admin/app/events');
          return JSON.stringify(body).includes('TAG_PULL');
        });
        assert.ok(told);
      }
      const ran = await docker('run', '--rm', '--network', 'none', reference, '/bin/cat', '/etc/os-release');
      assert.match(ran.stdout, /Debian/);
      const hello = await docker('run', '--rm', '--network', 'none', reference);
      assert.notEqual(hello.stdout.trim(), '');
    }

    const noTag = await docker.fails('pull', `${name}:none`);
    assert.match(noTag.stderr, /the repository admin\/app has no tag none/);
    const noRepository = await docker.fails('pull', `${host}/admin/none:1.0`);
    assert.match(noRepository.stderr, /there is no repository admin\/none/);

    // Another repository takes over the layers, and no byte of them is sent.
    await docker('tag', `${name}@${digest}`, `${name}-copy:1.0`);
    const copied = await docker('push', `${name}-copy:1.0`);
    assert.equal(copied.stdout.match(/Mounted from admin\/app/g)?.length, layerCount, copied.stdout);

    await docker('manifest', 'create', '--insecure', `${name}:list`, `${name}:1.0`);
    await docker('manifest', 'push', '--insecure', `${name}:list`);
    const list = await docker('manifest', 'inspect', '--insecure', `${name}:list`);
    const { manifests } = JSON.parse(list.stdout) as { manifests: { digest: string }[] };
    assert.deepEqual(
      manifests.map((entry) => entry.digest),
      [digest],
    );
    await removeImages();
    await docker('pull', '--all-tags', name);
    const { stdout: tags } = await docker('image', 'ls', '--format', '{{.Tag}}', name);
    assert.deepEqual(tags.trim().split('\n').sort(), ['1.0', 'list']);

    const search = async () =>
      (await docker('search', '--format', '{{.Name}}', `${host}/app`)).stdout.trim().split('\n');
    assert.deepEqual((await search()).sort(), ['admin/app', 'admin/app-copy'], 'what the engine is signed in for');

    await docker('tag', `${name}:1.0`, `${name}:2.0`);
    await docker('logout', host);
    assert.deepEqual(await search(), [''], 'nothing is public');
    const refused = await docker.fails('push', `${name}:2.0`);
    assert.match(refused.stdout + refused.stderr, /unauthorized|denied|authentication required/i);
    await docker.fails('pull', `${name}:1.0`);
    assert.equal((await client.registry('HEAD', '/admin/app/manifests/2.0')).status, 404);

    async function imageIds(): Promise<string[]> {
      const { stdout } = await docker('image', 'ls', '--quiet', '--no-trunc');
      return [...new Set(stdout.split('\n').filter(Boolean))];
    }

    async function imageCount(): Promise<number> {
      return (await imageIds()).length;
    }

    async function removeImages(): Promise<void> {
      await docker('image', 'rm', '--force', ...(await imageIds()));
    }
  },
);
