import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { authorization, eventually, randomBlob, sha256, startRegistry } from '../test-registry.ts';

const name = 'admin/app';
const bodyBytes = 96 * 1024 * 1024;
// What kernel and process hold between a client and a disk that has stopped: socket buffers, and two stretches of 1 MiB.
const maxHeldBytes = 32 * 1024 * 1024;

test('a push into a store whose disk has stopped waits in the client, and goes on with the disk', async (t) => {
  const { promise: diskIsBack, resolve: resumeDisk } = Promise.withResolvers<undefined>();
  const registry = await startRegistry(t, {
    wrapStore: (store) => ({
      ...store,
      append: (key, offsetBytes, source, options) => {
        async function* stopping(): AsyncGenerator<Uint8Array, void, undefined> {
          for await (const chunk of source) {
            yield chunk;
            await diskIsBack;
          }
        }
        return store.append(key, offsetBytes, stopping(), options);
      },
    }),
  });
  const { bytes } = randomBlob(1024 * 1024);
  const whole = Buffer.alloc(bodyBytes);
  for (let at = 0; at < bodyBytes; at += bytes.length) bytes.copy(whole, at);
  const digest = sha256(whole);
  const path = `/v2/${name}/blobs/uploads/?digest=${digest}`;
  const socket = connect({ port: registry.port, host: '127.0.0.1' });
  t.after(() => socket.destroy());
  const answered = once(socket, 'data') as Promise<[Buffer]>;
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization(path)}\r\nContent-Length: ${bodyBytes}\r\n\r\n`,
  );
  let takenBytes = 0;
  const sending = (async () => {
    for (let at = 0; at < bodyBytes; at += 65_536) {
      const chunk = whole.subarray(at, at + 65_536);
      await new Promise<void>((resolve) => socket.write(chunk, () => resolve()));
      takenBytes += chunk.length;
    }
  })();
  let lastBytes = -1;
  await eventually(async () => {
    const hasStopped = takenBytes > 0 && takenBytes === lastBytes;
    lastBytes = takenBytes;
    await delay(500);
    return hasStopped && takenBytes === lastBytes;
  });
  assert.ok(takenBytes < maxHeldBytes, `${takenBytes} bytes were taken for a disk that took none`);
  resumeDisk(undefined);
  await sending;
  assert.match((await answered)[0].toString('latin1'), /^HTTP\/1\.1 201 /);
});
