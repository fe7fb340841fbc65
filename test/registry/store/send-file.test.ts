import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { open, writeFile } from 'node:fs/promises';
import { createServer, get, type IncomingMessage } from 'node:http';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createBufferPool } from '../../../registry/store/buffer-pool.ts';
import { errnoOf } from '../../../registry/store/file-system.ts';
import { sendFile } from '../../../registry/store/send-file.ts';
import { temporaryFolder } from '../../local/temporary-folder.ts';

const bufferBytes = 64 * 1024;
const fileBytes = 1_000_000;

/** A server that sends file N at `/N`, and keeps how each sending ended. */
async function serveFiles(
  t: TestContext,
  count: number,
): Promise<{ url: string; digests: string[]; ends: Promise<unknown>[]; kept: () => number }> {
  const folder = await temporaryFolder();
  const digests: string[] = [];
  for (let i = 0; i < count; i++) {
    const bytes = randomBytes(fileBytes);
    digests.push(createHash('sha256').update(bytes).digest('hex'));
    await writeFile(join(folder, String(i)), bytes);
  }
  const inUse = new Set<Buffer>();
  const pool = createBufferPool({ bufferBytes, maxKept: 4, maxUsers: 8, smallBytes: 8 * 1024 });
  const buffers = {
    ...pool,
    take: () => {
      const buffer = pool.take();
      assert.ok(!inUse.has(buffer), 'a buffer is given to two');
      inUse.add(buffer);
      return buffer;
    },
    giveBack: (buffer: Buffer) => {
      assert.ok(inUse.delete(buffer), 'a buffer is given back twice');
      pool.giveBack(buffer);
    },
  };
  const ends: Promise<unknown>[] = [];
  const server = createServer((req, res) => {
    const end = (async () => {
      await using file = await open(join(folder, (req.url ?? '').slice(1)), 'r');
      res.writeHead(200, { 'Content-Length': fileBytes });
      await sendFile(file, { start: 0, end: fileBytes - 1 }, res, buffers, () => undefined);
      res.end();
    })();
    ends.push(end.catch((error: unknown) => error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, digests, ends, kept: () => inUse.size };
}

function request(url: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, resolve).on('error', reject);
  });
}

async function digestOf(response: IncomingMessage, pauseMs: number): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    hash.update(chunk);
    await delay(pauseMs);
  }
  return hash.digest('hex');
}

test('many files at once through few buffers, to quick and slow clients', async (t) => {
  const { url, digests, ends, kept } = await serveFiles(t, 8);
  const received = await Promise.all(
    digests.map(async (_, i) => digestOf(await request(`${url}/${i}`), i % 2 === 0 ? 0 : 5)),
  );
  assert.deepEqual(received, digests);
  assert.deepEqual(await Promise.all(ends), Array(8).fill(undefined));
  assert.equal(kept(), 0);
});

test('a client that goes away ends the sending, and harms nobody else', async (t) => {
  const { url, digests, ends } = await serveFiles(t, 4);
  const responses = await Promise.all(digests.map((_, i) => request(`${url}/${i}`)));
  const gone = responses.shift();
  gone?.destroy();
  const received = await Promise.all(responses.map((response) => digestOf(response, 1)));
  assert.deepEqual(received, digests.slice(1));
  assert.deepEqual((await Promise.all(ends)).map(errnoOf), [
    'ERR_STREAM_PREMATURE_CLOSE',
    undefined,
    undefined,
    undefined,
  ]);
});

test('while very many files are sent at once, each holds little', () => {
  const pool = createBufferPool({ bufferBytes: 1_000, maxKept: 1, maxUsers: 2, smallBytes: 10 });
  pool.enter();
  pool.enter();
  const large = pool.take();
  assert.equal(large.length, 1_000);
  pool.enter();
  const small = pool.take();
  assert.equal(small.length, 10);
  pool.giveBack(small);
  pool.giveBack(large);
  pool.leave();
  assert.equal(pool.take(), large);
});
