import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { createConnection } from '../../bench/registry/connection.ts';
import { chunksOf, createContentSource } from '../../bench/registry/content.ts';
import { createResponseReader, headerOf } from '../../bench/registry/response-reader.ts';

async function serve(t: TestContext, handle: RequestListener): Promise<{ hostname: string; port: number }> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { hostname: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

test('answers of a real server, on one connection: length, chunks, none', async (t) => {
  const bytes = randomBytes(1_000_000);
  const sockets = new Set<unknown>();
  const server = await serve(t, (req, res) => {
    sockets.add(req.socket);
    if (req.url === '/length') res.setHeader('Content-Length', bytes.length);
    if (req.url === '/none') res.writeHead(204).end();
    else if (req.url === '/chunks') {
      res.write(bytes.subarray(0, 3));
      res.end(bytes.subarray(3));
    } else res.end(bytes);
  });
  const connection = createConnection(server);
  t.after(() => connection.close());
  for (const path of ['/length', '/chunks']) {
    const hash = createHash('sha256');
    const answer = await connection.send({ method: 'GET', path, onBody: (part) => hash.update(part) });
    assert.deepEqual([answer.status, answer.bodyBytes], [200, bytes.length]);
    assert.equal(hash.digest('hex'), createHash('sha256').update(bytes).digest('hex'));
  }
  const head = await connection.send({ method: 'HEAD', path: '/length' });
  assert.deepEqual([head.status, head.bodyBytes, headerOf(head.head, 'content-length')], [200, 0, '1000000']);
  assert.equal((await connection.send({ method: 'GET', path: '/none' })).status, 204);
  assert.equal(sockets.size, 1);
});

test('a server that breaks off fails the request, and the next one opens a new connection', async (t) => {
  const server = await serve(t, (req, res) => {
    if (req.url === '/broken') {
      res.writeHead(200, { 'Content-Length': 10 });
      res.write('abc', () => res.destroy());
    } else res.end('whole');
  });
  const connection = createConnection(server);
  t.after(() => connection.close());
  await assert.rejects(connection.send({ method: 'GET', path: '/broken' }), /closed/);
  assert.equal((await connection.send({ method: 'GET', path: '/' })).bodyBytes, 5);
});

test('an answer in single bytes, and what is none', () => {
  const reader = createResponseReader();
  reader.expect(false, undefined);
  const text =
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n';
  const answers = Array.from(Buffer.from(text), (byte) => reader.take(Buffer.of(byte)));
  assert.equal(answers.findIndex(Boolean), text.length - 1);
  assert.equal(answers.at(-1)?.bodyBytes, 3);
  assert.throws(() => reader.take(Buffer.from('HTTP/1.1 200 OK\r\n')), /nobody asked/);
  reader.expect(false, undefined);
  assert.throws(() => reader.take(Buffer.from('SSH-2.0-OpenSSH\r\n\r\n')), /not an answer/);
});

test('content is new every time, has the digest that it says, and can be cut', () => {
  const next = createContentSource(1_000);
  const [first, second] = [next(), next()];
  assert.notEqual(first.digest, second.digest);
  for (const content of [first, second]) {
    const digest = createHash('sha256')
      .update(Buffer.concat([...content.parts]))
      .digest('hex');
    assert.equal(content.digest, `sha256:${digest}`);
  }
  const chunks = chunksOf(first, 300);
  assert.deepEqual(
    chunks.map((parts) => parts.reduce((sum, part) => sum + part.length, 0)),
    [300, 300, 300, 100],
  );
  assert.deepEqual(Buffer.concat(chunks.flat()), Buffer.concat([...first.parts]));
});
