import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { createPublicUrlOf } from '../../server/public-url.ts';
import { rawExchange } from '../e2e/raw-request.ts';

const nginxSecret = 's'.repeat(32);
const guess = 'http://localhost:8080';

async function start(t: TestContext, isPublicUrlSet: boolean) {
  const publicUrlOf = createPublicUrlOf({ publicUrl: guess, isPublicUrlSet, nginxSecret });
  const server = http.createServer({ requireHostHeader: false }, (req, res) => res.end(publicUrlOf(req)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return async (...lines: readonly string[]): Promise<string> => {
    const answer = await rawExchange(port, `GET / HTTP/1.1\r\nConnection: close\r\n${lines.join('\r\n')}\r\n\r\n`);
    const [, body = ''] = /\r\n\r\n(?:[0-9a-f]+\r\n)?([^\r]*)/.exec(answer) ?? [];
    return body;
  };
}

test('where nobody has said how clients reach the server, it is as the client does', async (t) => {
  const ask = await start(t, false);
  const hosts = [
    'registry.lan',
    'registry.lan:5000',
    'Registry.Lan:443',
    '192.0.2.7:8080',
    '[2001:db8::7]:8080',
    '[::1]',
    'my_registry:8080',
    'localhost:8080',
    'a',
  ];
  for (const host of hosts) assert.equal(await ask(`Host: ${host}`), `http://${host}`);
  const refused = [
    '',
    'a b',
    'a"b',
    'a,b',
    'a/b',
    'a\\b',
    'user@host',
    'host:port',
    'host:',
    'host:123456',
    '-host',
    '.host',
    'host#x',
    'host?x',
    '[::1',
    '[zone%25eth0]',
    'ho\u00ffst',
    'a'.repeat(300),
    '"; Bearer realm=x',
  ];
  for (const host of refused) assert.equal(await ask(`Host: ${host}`), guess, host);
  assert.equal(await ask(), guess);
});

test('HTTPS is what an NGINX says that has proved itself, and nobody else', async (t) => {
  const ask = await start(t, false);
  const host = 'Host: registry.lan';
  assert.equal(await ask(host, 'X-Forwarded-Proto: https'), 'http://registry.lan');
  assert.equal(await ask(host, 'X-Forwarded-Proto: https', 'X-Jobrunner-Nginx: wrong'), 'http://registry.lan');
  const proof = `X-Jobrunner-Nginx: ${nginxSecret}`;
  assert.equal(await ask(host, 'X-Forwarded-Proto: https', proof), 'https://registry.lan');
  assert.equal(await ask(host, 'X-Forwarded-Proto: http', proof), 'http://registry.lan');
  assert.equal(await ask(host, 'X-Forwarded-Proto: javascript', proof), 'http://registry.lan');
  assert.equal(await ask(host, 'X-Forwarded-Host: elsewhere.example', proof), 'http://registry.lan');
});

test('what has been said holds, whatever a client asks for', async (t) => {
  const ask = await start(t, true);
  for (const host of ['registry.lan', 'elsewhere.example', '"']) assert.equal(await ask(`Host: ${host}`), guess);
});
