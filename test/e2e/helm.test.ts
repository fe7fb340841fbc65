import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { missing } from '../setup/tools.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { helmFor } from './client-tools.ts';
import { startRegistryProcess } from './registry-process.ts';
import { temporaryFolder } from './tool.ts';

test(
  'helm pushes, shows, pulls by version and by digest, and templates a chart',
  { skip: missing('helm') },
  async (t) => {
    const cleanUp = createCleanUp(t);
    const { url } = await createTestDatabase(cleanUp);
    const registry = await startRegistryProcess(cleanUp, url);
    const helm = await helmFor(cleanUp, registry);
    const folder = await temporaryFolder(cleanUp);
    const plain = '--plain-http';
    const charts = `oci://${registry.host}/admin/charts`;
    await helm('create', join(folder, 'app'));

    let digest = '';
    for (const version of ['0.1.0', '0.2.0']) {
      await helm('package', join(folder, 'app'), '--version', version, '--destination', folder);
      const { stdout, stderr } = await helm('push', join(folder, `app-${version}.tgz`), charts, plain);
      digest = /Digest: (sha256:[0-9a-f]{64})/.exec(stdout + stderr)?.[1] ?? '';
    }
    const head = await registry.client.registry('HEAD', '/admin/charts/app/manifests/0.2.0');
    assert.equal(head.headers.get('docker-content-digest'), digest);

    assert.match((await helm('show', 'chart', `${charts}/app`, plain)).stdout, /^version: 0\.2\.0$/m);
    const old = await helm('show', 'chart', `${charts}/app`, plain, '--version', '~0.1.0');
    assert.match(old.stdout, /^version: 0\.1\.0$/m);
    const output = await temporaryFolder(cleanUp);
    const pull = (...args: readonly string[]) => helm('pull', ...args, plain, '--destination', output);
    await pull(`${charts}/app`, '--version', '0.1.0');
    await pull(`${charts}/app@${digest}`);
    assert.deepEqual(await readFile(join(output, 'app-0.1.0.tgz')), await readFile(join(folder, 'app-0.1.0.tgz')));
    const rendered = await helm('template', 'mine', `${charts}/app`, plain, '--version', '0.2.0');
    assert.match(rendered.stdout, /kind: Deployment/);

    const deleted = await registry.client.registry('DELETE', `/admin/charts/app/manifests/${digest}`);
    assert.equal(deleted.status, 202);
    assert.match((await helm('show', 'chart', `${charts}/app`, plain)).stdout, /^version: 0\.1\.0$/m);
    await helm('registry', 'logout', registry.host);
    await helm.fails('pull', `${charts}/app`, plain, '--destination', output);
  },
);
