import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCleanUp } from '../support/clean-up.ts';
import { startTarget, type Target } from './target.ts';

const evil = 'elsewhere.example:666';

/** Asks for what an answer could name the server in, as somebody who reached it by a name. */
async function answersFor({ send, digest }: Target, host: string): Promise<string[]> {
  const answers: string[] = [];
  const requests: readonly (readonly [string | undefined, string, string])[] = [
    [undefined, 'GET', '/v2/'],
    [undefined, 'GET', '/v2/_catalog'],
    [undefined, 'GET', '/v2/acme/app/manifests/1'],
    [undefined, 'POST', '/v2/acme/app/blobs/uploads/'],
    [undefined, 'GET', `/v2/acme/app/referrers/${digest}`],
    [undefined, 'GET', '/v2/nothing'],
    [undefined, 'GET', '/auth/token?service=jobrunner'],
    [undefined, 'GET', '/auth/token?service=other'],
    [undefined, 'GET', '/enzi/v0/oidc/login'],
    [undefined, 'GET', '/nothing'],
    [undefined, 'GET', '/'],
    ['eve', 'GET', '/api/v0/repositories'],
    ['eve', 'GET', '/enzi/v0/session'],
    ['eve', 'GET', '/api/v0/nothing'],
    ['admin', 'GET', '/api/v0/events'],
  ];
  for (const [who, method, path] of requests) {
    const { headers, text } = await send(who, method, path, { headers: { host } });
    answers.push(`${method} ${path} ${JSON.stringify(headers)} ${text}`);
  }
  return answers;
}

test('a server that is reached by another name sends clients to that name, each to their own', async (t) => {
  const target = await startTarget(createCleanUp(t));
  const { send, baseUrl, port } = target;
  const challengeFor = async (host: string): Promise<string> => {
    const { status, headers } = await send(undefined, 'GET', '/v2/acme/app/tags/list', { headers: { host } });
    assert.equal(status, 401);
    return String(headers['www-authenticate']);
  };
  for (const host of [`registry.lan:${port}`, '192.0.2.7', evil, new URL(baseUrl).host]) {
    assert.match(await challengeFor(host), new RegExp(`^Bearer realm="http://${host}/auth/token",service="jobrunner"`));
  }
  const forged = await send(undefined, 'GET', '/v2/', {
    headers: { 'x-forwarded-host': evil, forwarded: `host=${evil}`, 'x-forwarded-proto': 'https', 'x-host': evil },
  });
  assert.match(String(forged.headers['www-authenticate']), new RegExp(`^Bearer realm="${baseUrl}/auth/token"`));
  // A name with which the challenge would say something else.
  for (const host of ['x", realm="http://elsewhere.example', 'elsewhere.example/v2', 'a@elsewhere.example']) {
    const answer = await send(undefined, 'GET', '/v2/', { headers: { host } });
    const text = JSON.stringify(answer.headers) + answer.text;
    assert.doesNotMatch(text, /elsewhere/, host);
  }
  // Where to go on with an upload, and where what was pushed is, is a path.
  const scope = 'repository:eve/own:pull,push';
  const upload = await target.registry('eve', scope, 'POST', '/v2/eve/own/blobs/uploads/', { headers: { host: evil } });
  assert.match(String(upload.headers.location), /^\/v2\/eve\/own\//);

  // What one was answered by name goes into nothing that others get.
  const manifest = JSON.stringify({ schemaVersion: 2, manifests: [] });
  const type = 'application/vnd.oci.image.index.v1+json';
  const put = await target.registry('eve', scope, 'PUT', '/v2/eve/own/manifests/1', {
    body: manifest,
    headers: { host: evil, 'content-type': type },
  });
  assert.equal(put.status, 201);
  await answersFor(target, evil);
  for (const answer of await answersFor(target, new URL(baseUrl).host)) assert.doesNotMatch(answer, /elsewhere/);
  const { rows } = await target.pool.query(`SELECT FROM registry.events WHERE contents::text LIKE '%elsewhere%'`);
  assert.equal(rows.length, 0);
});

test('a server that was told its name gives no other', async (t) => {
  const target = await startTarget(createCleanUp(t), { PUBLIC_URL: 'https://registry.example' });
  for (const answer of await answersFor(target, evil)) assert.doesNotMatch(answer, /elsewhere/);
  const { headers } = await target.send(undefined, 'GET', '/v2/', { headers: { host: evil } });
  assert.match(String(headers['www-authenticate']), /^Bearer realm="https:\/\/registry\.example\/auth\/token"/);
});
