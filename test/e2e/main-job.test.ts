import assert from 'node:assert/strict';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Client as TemporalClient, Connection } from '@temporalio/client';
import { baseImagePath, missing } from '../setup/tools.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { expectStatus } from './client.ts';
import { startJobrunner } from './jobrunner-process.ts';
import { copyLayerAsImage, readImage } from './oci-image.ts';
import { craneFor, temporaryFolder, tool } from './tool.ts';
import { startWebhookReceiver } from './webhook-receiver.ts';

const skip = missing('skopeo', 'crane', 'temporal', 'base-image');

test(
  'a pushed image is followed by a webhook, seen in Temporal, deleted, and its bytes collected',
  { skip },
  async (t) => {
    const cleanUp = createCleanUp(t);
    const receiver = await startWebhookReceiver(cleanUp);
    const jobrunner = await startJobrunner(cleanUp);
    const { client, host, password, dataDir } = jobrunner;
    const skopeo = tool('skopeo', { before: ['--debug'] });
    const login = ['--dest-tls-verify=false', `--dest-creds=admin:${password}`];
    const crane = await craneFor(cleanUp, jobrunner);
    await client.subscribe('TAG_PUSH', 'admin', receiver.url);

    // A real client pushes a real image.
    const startedMs = performance.now();
    await skopeo('copy', ...login, `oci:${baseImagePath()}:latest`, `docker://${host}/admin/app:1.0`);
    const pushedMs = performance.now();
    await receiver.waitForCount(1, 10_000);
    const [webhook] = receiver.received;
    assert.ok(webhook);
    const latencyMs = webhook.atMs - pushedMs;
    t.diagnostic(
      `pushed in ${Math.round(pushedMs - startedMs)} ms; webhook ${Math.round(latencyMs)} ms after the client ended`,
    );
    assert.ok(latencyMs < 2_000);
    const image = await readImage(baseImagePath());
    assert.equal(webhook.type, 'TAG_PUSH');
    assert.equal(webhook.contents['imageName'], `${host}/admin/app:1.0`);
    assert.equal(webhook.contents['digest'], image.digest);
    assert.equal((await crane('digest', `${host}/admin/app:1.0`)).stdout.trim(), image.digest);

    // Its job is done, with a log.
    const job = await client.waitForJob(webhook.deliveryId, ['done']);
    const [listed] = await client.listJobs('webhook');
    assert.deepEqual(listed, job);
    assert.deepEqual(job.result, { outcome: 'delivered', attempts: 1, status: 200 });
    const messages = (await client.jobLog(job.id)).map(({ msg }) => msg);
    assert.deepEqual(messages, ['started', 'delivered', 'done']);

    // Whoever watches in Temporal finds it.
    const { address } = await jobrunner.temporal();
    const connection = await Connection.connect({ address });
    cleanUp.after(() => connection.close());
    const temporal = new TemporalClient({ connection });
    const found: string[] = [];
    const query = 'JobAction="webhook" AND Repository="admin/app"';
    for await (const { workflowId } of temporal.workflow.list({ query })) found.push(workflowId);
    assert.deepEqual(found, [job.id]);
    const description = await temporal.workflow.getHandle(job.id).describe();
    assert.equal(description.status.name, 'COMPLETED');
    assert.equal(await description.staticSummary(), 'webhook TAG_PUSH `admin/app`');
    assert.match((await description.staticDetails()) ?? '', /caused by an event of the registry, by `admin`/);
    const attributes = Object.fromEntries(
      description.typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]),
    );
    assert.partialDeepStrictEqual(attributes, {
      JobAction: 'webhook',
      JobTrigger: 'event',
      Repository: 'admin/app',
      Namespace: 'admin',
      RequestedBy: 'admin',
      JobPhase: 'delivered',
      DryRun: false,
    });
    const uiUrl = `${jobrunner.baseUrl}/temporal`;
    const headers = { authorization: `Basic ${btoa(`admin:${jobrunner.password}`)}` };
    const ui = await fetch(uiUrl, { headers });
    assert.equal(ui.status, 200);
    assert.match(await ui.text(), /<title>|<html/i);
    const shown = await fetch(`${uiUrl}/api/v1/namespaces/default/workflows/${encodeURIComponent(job.id)}`, {
      headers,
    });
    assert.equal(shown.status, 200);
    assert.match(await shown.text(), /"JobAction"/);

    // Another repository takes over one of its layers.
    const shared = image.layers[1];
    assert.ok(shared);
    const other = await copyLayerAsImage(baseImagePath(), await temporaryFolder(cleanUp), 1);
    const { stderr } = await skopeo('copy', ...login, `oci:${other.path}:latest`, `docker://${host}/admin/other:1.0`);
    assert.match(stderr, new RegExp(`mount=${encodeURIComponent(shared.digest)}|mount.*${shared.digest}`));
    const full = await storedFiles(dataDir);
    assert.deepEqual(
      full.sizes,
      sizesOf([...image.layers, image.config, other.config]),
      'a shared blob is stored once',
    );

    // Gone are tag and manifest, and after the collection the bytes.
    expectStatus(202, await client.registry('DELETE', '/admin/app/manifests/1.0'));
    expectStatus(202, await client.registry('DELETE', `/admin/app/manifests/${image.digest}`));
    const dryRun = await client.waitForJob(await client.startJob('onlinegc_blobs', { dryRun: 'true' }), ['done']);
    assert.equal(dryRun.result?.['blobsOrphaned'], image.layers.length);
    assert.deepEqual(await storedFiles(dataDir), full, 'a dry run deletes nothing');
    const collection = await client.waitForJob(await client.startJob('onlinegc_blobs'), ['done']);
    const left = await storedFiles(dataDir);
    const freedBytes = full.totalBytes - left.totalBytes;
    t.diagnostic(
      `${full.sizes.length} files of ${full.totalBytes} bytes before, ${left.sizes.length} of ${left.totalBytes} after`,
    );
    assert.deepEqual(left.sizes, sizesOf([shared, other.config]));
    assert.equal(collection.result?.['freedBytes'], freedBytes);
    assert.equal(collection.result['objectsDeleted'], image.layers.length);

    // What the other image needs is still there.
    await crane('validate', '--remote', `${host}/admin/other:1.0`);
    await crane('pull', `${host}/admin/other:1.0`, join(await temporaryFolder(cleanUp), 'other.tar'));
    await crane.fails('manifest', `${host}/admin/app:1.0`);
    await crane.fails('blob', `${host}/admin/app@${image.layers[0]?.digest}`);
    assert.doesNotMatch(await readLog(dataDir), new RegExp(password));
  },
);

function sizesOf(blobs: readonly { size: number }[]): number[] {
  return blobs.map(({ size }) => size).sort((a, b) => a - b);
}

async function storedFiles(dataDir: string): Promise<{ sizes: number[]; totalBytes: number }> {
  const folder = join(dataDir, 'blobs', 'blobs');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const stats = await Promise.all(files.map((file) => stat(join(file.parentPath, file.name))));
  const sizes = sizesOf(stats);
  return { sizes, totalBytes: sizes.reduce((sum, size) => sum + size, 0) };
}

function readLog(dataDir: string): Promise<string> {
  return readFile(join(dataDir, 'logs', 'jobrunner.log'), 'utf8');
}
