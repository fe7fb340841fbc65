import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createClientAddress } from '../../server/client-address.ts';

const secret = 's'.repeat(32);

test('the address is that of the connection, unless NGINX in front names another', async (t) => {
  const withNginx = createClientAddress(secret);
  const without = createClientAddress(undefined);
  const server = http.createServer((req, res) => res.end(`${withNginx(req)} ${without(req)}`));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const ask = async (headers: Readonly<Record<string, string>>) =>
    (await fetch(`http://127.0.0.1:${port}/`, { headers: { ...headers, connection: 'close' } })).text();
  assert.equal(await ask({ 'x-forwarded-for': '192.0.2.1' }), '127.0.0.1 127.0.0.1');
  const forged = { 'x-forwarded-for': '192.0.2.1', 'x-jobrunner-nginx': 'x'.repeat(32) };
  assert.equal(await ask(forged), '127.0.0.1 127.0.0.1');
  const proved = { 'x-forwarded-for': '192.0.2.1', 'x-jobrunner-nginx': secret };
  assert.equal(await ask(proved), '192.0.2.1 127.0.0.1');
  assert.equal(await ask({ 'x-jobrunner-nginx': secret }), '127.0.0.1 127.0.0.1');
});
