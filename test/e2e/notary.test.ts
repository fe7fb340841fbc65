import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missing } from '../setup/tools.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { startNotaryServer } from './notary-server.ts';
import { startRegistryProcess } from './registry-process.ts';
import { temporaryFolder, tool } from './tool.ts';

test(
  'a Notary server takes the tokens of those who may push, and of nobody else',
  { skip: missing('notary', 'notary-server'), timeout: 180_000 },
  async (t) => {
    const cleanUp = createCleanUp(t);
    const { url } = await createTestDatabase(cleanUp);
    const registry = await startRegistryProcess(cleanUp, url);
    const server = await startNotaryServer(cleanUp, registry.baseUrl);
    await registry.client.pushImage('admin/app', '1');
    const basic = Buffer.from(`admin:${registry.password}`).toString('base64');
    const account = await fetch(`${registry.baseUrl}/enzi/v0/accounts`, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'stranger', password: 'correct horse', isActive: true }),
    });
    assert.equal(account.status, 201, await account.text());

    const passphrases = Object.fromEntries(
      ['ROOT', 'TARGETS', 'SNAPSHOT', 'DELEGATION'].map((role) => [`NOTARY_${role}_PASSPHRASE`, 'correct horse']),
    );
    const notaryAs = async (credentials: string) =>
      tool('notary', {
        before: ['--server', server, '--trustDir', await temporaryFolder(cleanUp)],
        env: { ...passphrases, NOTARY_AUTH: Buffer.from(credentials).toString('base64') },
      });
    // What Docker Content Trust asks for: the name of the image with the registry's host and port.
    const collection = `${registry.host}/admin/app`;
    const hash = ['--sha256', 'a'.repeat(64)];

    const admin = await notaryAs(`admin:${registry.password}`);
    await admin('init', collection, '--publish');
    await admin('addhash', collection, '1', '123', ...hash, '--publish');
    assert.match((await admin('list', collection)).stdout, new RegExp(`^1 +${'a'.repeat(64)} +123 +targets`, 'm'));

    const stranger = await notaryAs('stranger:correct horse');
    const { stdout, stderr } = await stranger.fails('init', collection, '--publish');
    assert.match(stdout + stderr, /you are not authorized to perform this operation/);
    await stranger.fails('list', collection);
    const wrong = await notaryAs('admin:wrong horse');
    await wrong.fails('list', collection);
  },
);
