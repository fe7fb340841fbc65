import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import { baseImagePath, missing } from '../setup/tools.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { eventually } from './eventually.ts';
import { startJobrunner } from './jobrunner-process.ts';
import { copyLayerAsImage, readImage } from './oci-image.ts';
import { craneFor, makeTarball, temporaryFolder, tool } from './tool.ts';

test('crane and skopeo', { skip: missing('crane', 'skopeo', 'temporal', 'base-image') }, async (t) => {
  const cleanUp = createCleanUp(t);
  const jobrunner = await startJobrunner(cleanUp);
  const { client, host } = jobrunner;
  const folder = await temporaryFolder(cleanUp);
  const { path: layout } = await copyLayerAsImage(baseImagePath(), await temporaryFolder(cleanUp), 1);
  const blobUploads = async (): Promise<number> => {
    const response = await fetch(jobrunner.metricsUrl);
    const lines = (await response.text()).split('\n');
    const patches = lines.filter(
      (line) => line.startsWith('jobrunner_http_requests_total{') && /method="(PATCH|PUT)"/.test(line),
    );
    return patches
      .filter((line) => line.includes('/blobs/uploads/'))
      .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  };

  await t.test('crane pushes, pulls, copies, lists, indexes, validates and deletes', async () => {
    const crane = await craneFor(cleanUp, jobrunner);
    const app = `${host}/admin/app`;
    const layers = ['one', 'two', 'three'].map((name) => makeTarball(folder, name, randomBytes(300_000)));
    const [one = '', two = '', three = ''] = await Promise.all(layers);
    await crane('append', '--new_layer', one, '--new_layer', two, '--new_tag', `${app}:1`);
    await crane('append', '--base', `${app}:1`, '--new_layer', three, '--new_tag', `${app}:2`);
    await crane('push', layout, `${app}:3`);
    const image = await readImage(layout);
    assert.equal((await crane('digest', `${app}:3`)).stdout.trim(), image.digest);
    assert.deepEqual(linesOf(await crane('ls', app)), ['1', '2', '3']);

    await crane('pull', `${app}:2`, join(folder, 'two-pulled.tar'));
    await crane('push', join(folder, 'two-pulled.tar'), `${app}:2-again`);
    await crane('pull', '--format', 'oci', `${app}:2`, join(folder, 'layout'));
    await crane('validate', '--remote', `${app}:2-again`);
    assert.equal((await crane('export', `${app}:2`, '-')).stdout.length > 0, true);

    const uploadsBefore = await blobUploads();
    assert.ok(uploadsBefore > 0);
    await crane('copy', `${app}:2`, `${host}/admin/copy:2`);
    assert.equal(await blobUploads(), uploadsBefore, 'another repository mounts the blobs, and no byte is sent');
    assert.equal((await crane('digest', `${host}/admin/copy:2`)).stdout, (await crane('digest', `${app}:2`)).stdout);
    await crane('validate', '--remote', `${host}/admin/copy:2`);
    assert.deepEqual(linesOf(await crane('catalog', host)), ['admin/app', 'admin/copy']);

    await crane('index', 'append', '-m', `${app}:1`, '-m', `${app}:2`, '-t', `${app}:index`);
    const index = JSON.parse((await crane('manifest', `${app}:index`)).stdout) as { manifests: unknown[] };
    assert.equal(index.manifests.length, 2);
    await crane('validate', '--remote', `${app}:index`);

    await crane('tag', `${app}:1`, 'alias');
    const digest = (await crane('digest', `${app}:3`)).stdout.trim();
    await crane('delete', `${app}@${digest}`);
    await crane.fails('manifest', `${app}@${digest}`);
    assert.deepEqual(linesOf(await crane('ls', app)), ['1', '2', '2-again', 'alias', 'index']);
  });

  await t.test('skopeo copies both kinds of manifest, inspects, lists tags and deletes', async () => {
    const skopeo = tool('skopeo');
    const credentials = `admin:${jobrunner.password}`;
    const to = ['--dest-tls-verify=false', '--dest-creds', credentials];
    const from = ['--src-tls-verify=false', '--src-creds', credentials];
    const at = ['--tls-verify=false', '--creds', credentials];
    const repository = `docker://${host}/admin/skopeo`;
    await skopeo('copy', ...to, '--format', 'oci', `oci:${layout}:latest`, `${repository}:oci`);
    await skopeo('copy', ...to, '--format', 'v2s2', `oci:${layout}:latest`, `${repository}:v2s2`);
    const types = await Promise.all(
      ['oci', 'v2s2'].map(async (tag) => {
        const { stdout } = await skopeo('inspect', '--raw', ...at, `${repository}:${tag}`);
        return (JSON.parse(stdout) as { mediaType: string }).mediaType;
      }),
    );
    assert.deepEqual(types, [
      'application/vnd.oci.image.manifest.v1+json',
      'application/vnd.docker.distribution.manifest.v2+json',
    ]);
    const inspected = JSON.parse((await skopeo('inspect', ...at, `${repository}:oci`)).stdout) as {
      Digest: string;
      RepoTags: string[];
      Os: string;
    };
    assert.equal(inspected.Digest, (await readImage(layout)).digest);
    assert.deepEqual(inspected.RepoTags, ['oci', 'v2s2']);
    assert.equal(inspected.Os, 'linux');
    await skopeo('copy', ...from, `${repository}:v2s2`, `oci:${join(folder, 'back')}:latest`);
    await skopeo('copy', ...from, ...to, `${repository}:v2s2`, `docker://${host}/admin/skopeo-copy:v2s2`);

    const tagsOf = async (): Promise<string[]> =>
      (JSON.parse((await skopeo('list-tags', ...at, repository)).stdout) as { Tags: string[] }).Tags;
    assert.deepEqual(await tagsOf(), ['oci', 'v2s2']);
    await skopeo('delete', ...at, `${repository}:v2s2`);
    assert.deepEqual(await tagsOf(), ['oci']);
    await skopeo.fails('inspect', ...at, `${repository}:v2s2`);
  });

  await t.test('nobody pushes without signing in', async () => {
    const crane = await craneFor(cleanUp);
    const refusedByCrane = await crane.fails('push', layout, `${host}/admin/anonymous:1`);
    assert.match(refusedByCrane.stderr, /unauthorized|denied/i);
    const skopeo = tool('skopeo', { env: { REGISTRY_AUTH_FILE: join(folder, 'no-auth.json') } });
    const refusedBySkopeo = await skopeo.fails(
      'copy',
      '--dest-tls-verify=false',
      '--dest-no-creds',
      `oci:${layout}:latest`,
      `docker://${host}/admin/anonymous:1`,
    );
    assert.match(refusedBySkopeo.stderr, /unauthorized|denied|authentication required/i);
    const wrong = `admin:${jobrunner.password}x`;
    const refused = await skopeo.fails(
      'copy',
      '--dest-tls-verify=false',
      '--dest-creds',
      wrong,
      `oci:${layout}:latest`,
      `docker://${host}/admin/anonymous:1`,
    );
    assert.match(refused.stderr, /unauthorized|password/i);
    const { body } = await client.api<{ repositories: { name: string }[] }>('GET', '/repositories');
    assert.equal(
      body.repositories.some(({ name }) => name === 'anonymous'),
      false,
    );
  });

  await t.test('metrics and health answer while all this goes on', async () => {
    const probes = ['/health', '/_ping', '/livez', '/readyz'].map((path) => jobrunner.baseUrl + path);
    for (const url of [...probes, jobrunner.metricsUrl]) {
      await eventually(url, async () => (await fetch(url)).status === 200);
    }
  });
});

function linesOf({ stdout }: { stdout: string }): string[] {
  return stdout.trim().split('\n').sort();
}
