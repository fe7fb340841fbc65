import assert from 'node:assert/strict';
import { test } from 'node:test';
import { webhookTypes } from '../../../events/event-kinds.ts';
import { startReceiver } from '../../activities/test-receiver.ts';
import { createTestCertificate } from '../../support/certificates.ts';
import { assertMsrShape } from '../msr-definitions.ts';
import { startApi, type ApiResponse, type TestApi } from '../test-api.ts';

interface WebhookView {
  readonly id: string;
  readonly [field: string]: unknown;
}

const path = '/api/v0/webhooks';
// Of the network that is kept for documentation: taken for private, and never reached.
const endpoint = 'https://192.0.2.1/hook';

async function subscribe(api: TestApi, body: object): Promise<WebhookView> {
  const response = await api.send('POST', path, { body: { type: 'TAG_PUSH', endpoint, ...body } });
  assert.equal(response.status, 201, response.text);
  assertMsrShape('responses.Webhook', response.json);
  return response.json as WebhookView;
}

function webhooksOf(response: ApiResponse): WebhookView[] {
  assert.equal(response.status, 200, response.text);
  const webhooks = response.json as WebhookView[];
  for (const webhook of webhooks) assertMsrShape('responses.Webhook', webhook);
  return webhooks;
}

async function addRepository({ pool }: TestApi, namespace: string, name: string): Promise<void> {
  await pool.query('INSERT INTO registry.repositories (namespace, name) VALUES ($1, $2)', [namespace, name]);
}

test('a subscription to everything, to a namespace, and to a repository', async (t) => {
  const api = await startApi(t);
  await addRepository(api, 'acme', 'app');
  const everything = await subscribe(api, {});
  const { id, authorID, createdAt, ...rest } = everything;
  assert.deepEqual(rest, {
    type: 'TAG_PUSH',
    key: '',
    endpoint,
    inactive: false,
    tlsCert: '',
    skipTLSVerification: false,
  });
  assert.match(`${id} ${String(authorID)} ${String(createdAt)}`, /^[0-9a-f-]{36} [0-9a-f-]{36} \d{4}-/);
  const namespace = await subscribe(api, { key: 'acme', skipTLSVerification: true });
  assert.deepEqual([namespace['key'], namespace['skipTLSVerification']], ['acme', true]);
  const repository = await subscribe(api, { key: 'acme/app', type: 'MANIFEST_PUSH' });
  assert.deepEqual(webhooksOf(await api.send('GET', path)), [everything, namespace, repository]);
});

test('subscriptions are listed by type', async (t) => {
  const api = await startApi(t);
  const push = await subscribe(api, {});
  const remove = await subscribe(api, { type: 'TAG_DELETE' });
  const list = async (query: string) => webhooksOf(await api.send('GET', `${path}${query}`)).map(({ id }) => id);
  assert.deepEqual(await list('?webhookType=any'), [push.id, remove.id]);
  assert.deepEqual(await list('?webhookType=TAG_DELETE'), [remove.id]);
  assert.deepEqual(await list('?webhookType=MANIFEST_PUSH'), []);
  assert.equal((await api.send('GET', `${path}?webhookType=PUSH`)).outcome, '400 INVALID_PARAMETERS');
});

test('the time of the last delivery is shown once there is one', async (t) => {
  const api = await startApi(t);
  assert.equal('lastSuccessfulAt' in (await subscribe(api, {})), false);
  await api.pool.query(`UPDATE registry.webhooks SET last_successful_at = '2026-01-01T00:00:00Z'`);
  const [webhook] = webhooksOf(await api.send('GET', path));
  assert.equal(webhook?.['lastSuccessfulAt'], '2026-01-01T00:00:00.000Z');
});

test('a subscription is deleted once', async (t) => {
  const api = await startApi(t);
  const { id } = await subscribe(api, {});
  const deleted = await api.send('DELETE', `${path}/${id}`);
  assert.deepEqual([deleted.status, deleted.text], [204, '']);
  for (const unknown of [id, 'none', '%00', `${id}x`]) {
    assert.equal((await api.send('DELETE', `${path}/${unknown}`)).outcome, '404 NO_SUCH_WEBHOOK', unknown);
  }
  assert.deepEqual(webhooksOf(await api.send('GET', path)), []);
});

test('what is wrong with a subscription is refused by name, and makes none', async (t) => {
  const api = await startApi(t);
  const right = { type: 'TAG_PUSH', endpoint };
  const cases: readonly (readonly [object, string, RegExp])[] = [
    [{}, '400 INVALID_JSON', /type/],
    [{ type: 'TAG_PUSH' }, '400 INVALID_JSON', /endpoint/],
    [{ ...right, type: 1 }, '400 INVALID_JSON', /body\.type must be a text/],
    [{ ...right, type: 'PUSH' }, '400 INVALID_PARAMETERS', /"PUSH"; the types are TAG_PUSH/],
    [{ ...right, secret: 'x' }, '400 INVALID_JSON', /"secret" is not known in body/],
    [{ ...right, skipTLSVerification: 'true' }, '400 INVALID_JSON', /skipTLSVerification must be true or false/],
    [{ ...right, tlsCert: 'PEM' }, '400 INVALID_PARAMETERS', /tlsCert is not a certificate/],
    [{ ...right, key: 'nobody' }, '404 NO_SUCH_ACCOUNT', /"nobody"/],
    [{ ...right, key: 'nobody/app' }, '404 NO_SUCH_ACCOUNT', /"nobody"/],
    [{ ...right, key: 'acme/none' }, '404 NO_SUCH_REPOSITORY', /"acme\/none"/],
    [{ ...right, key: 'acme/' }, '404 NO_SUCH_REPOSITORY', /"acme\/"/],
    [{ ...right, key: '\u0000' }, '400 INVALID_PARAMETERS', /NUL/],
    [{ ...right, endpoint: '' }, '400 INVALID_JSON', /endpoint/],
    [{ ...right, endpoint: 'not a url' }, '400 INVALID_ENDPOINT', /not an http or https URL/],
    [{ ...right, endpoint: 'file:///etc/passwd' }, '400 INVALID_ENDPOINT', /not an http or https URL/],
    [{ ...right, endpoint: 'https://user:secret@192.0.2.1/' }, '400 INVALID_ENDPOINT', /holds a user name or password/],
  ];
  for (const [body, outcome, message] of cases) {
    const response = await api.send('POST', path, { body });
    assert.equal(response.outcome, outcome, `${JSON.stringify(body)}: ${response.text}`);
    assert.match(response.message, message);
  }
  assert.deepEqual(webhooksOf(await api.send('GET', path)), []);
});

test('a refused endpoint is refused in the same words and time, whatever its name leads to', async (t) => {
  const refusalMs = 300;
  const api = await startApi(t, { allowPrivate: false, refusalMs });
  const refuse = async (refused: string) => {
    const startedMs = performance.now();
    const response = await api.send('POST', path, { body: { type: 'TAG_PUSH', endpoint: refused } });
    assert.equal(response.outcome, '400 INVALID_ENDPOINT', response.text);
    return { words: response.message.replace(refused, 'URL'), tookMs: performance.now() - startedMs };
  };
  const words = new Set<string>();
  for (const literal of [
    'http://127.0.0.1:8080/',
    'http://0x7f000001/',
    'http://169.254.169.254/',
    'http://[fec0::1]/',
  ]) {
    words.add((await refuse(literal)).words);
  }
  for (const name of ['http://localhost/', 'http://no-such-host.invalid/']) {
    const refusal = await refuse(name);
    words.add(refusal.words);
    assert.ok(refusal.tookMs >= refusalMs - 5, `${name}: ${refusal.tookMs} ms`);
  }
  const only =
    'endpoint "URL": it cannot be used: its address is not public, or cannot be resolved; OUTBOUND_ALLOW_PRIVATE=true allows private ones';
  assert.deepEqual([...words], [only]);
  assert.deepEqual(webhooksOf(await api.send('GET', path)), []);
});

test('private endpoints are taken where the configuration allows them, metadata services never', async (t) => {
  const api = await startApi(t, { allowPrivate: true });
  assert.equal(
    (await subscribe(api, { endpoint: 'http://127.0.0.1:9000/hook' }))['endpoint'],
    'http://127.0.0.1:9000/hook',
  );
  const body = { type: 'TAG_PUSH', endpoint: 'http://169.254.169.254/' };
  assert.equal((await api.send('POST', path, { body })).outcome, '400 INVALID_ENDPOINT');
});

test('a subscription is switched off and on, and its endpoint and TLS options change; what is left out stays', async (t) => {
  const api = await startApi(t);
  const made = await subscribe(api, {});
  const { certificate } = await createTestCertificate('receiver');
  const update = async (body: object) => {
    const [webhook, ...more] = webhooksOf(await api.send('POST', `${path}/update`, { body: { id: made.id, ...body } }));
    assert.deepEqual(more, []);
    assert.deepEqual(webhooksOf(await api.send('GET', path)), [webhook]);
    return webhook;
  };
  // As MSR's clients send it: all of its fields.
  const all = { inactive: true, tlsCert: certificate, skipTLSVerification: true };
  assert.deepEqual(await update(all), { ...made, ...all });
  assert.deepEqual(await update({ inactive: false }), { ...made, ...all, inactive: false });
  const moved = { endpoint: 'https://192.0.2.2/hook', tlsCert: '', skipTLSVerification: false };
  assert.deepEqual(await update(moved), { ...made, ...moved });
  assert.deepEqual(await update({}), { ...made, ...moved });
});

test('a change of a subscription is judged like the making of one', async (t) => {
  const api = await startApi(t);
  const { id } = await subscribe(api, { key: 'acme' });
  const cases: readonly (readonly [object, string])[] = [
    [{}, '404 NO_SUCH_WEBHOOK'],
    [{ id, kind: 'TAG_PULL' }, '400 INVALID_JSON'],
    [{ id, inactive: 'true' }, '400 INVALID_JSON'],
    [{ id, tlsCert: 'PEM' }, '400 INVALID_PARAMETERS'],
    [{ id, endpoint: 'ftp://192.0.2.1/' }, '400 INVALID_ENDPOINT'],
    [{ id, endpoint: 'http://169.254.169.254/' }, '400 INVALID_ENDPOINT'],
    [{ id: 'none', inactive: true }, '404 NO_SUCH_WEBHOOK'],
    [{ id: '00000000-0000-4000-8000-000000000000', inactive: true }, '404 NO_SUCH_WEBHOOK'],
  ];
  for (const [body, outcome] of cases) {
    const response = await api.send('POST', `${path}/update`, { body });
    assert.equal(response.outcome, outcome, `${JSON.stringify(body)}: ${response.text}`);
  }
  // Ada administers nothing of acme.
  const foreign = await api.send('POST', `${path}/update`, { as: 'ada', body: { id, inactive: true } });
  assert.equal(foreign.outcome, '404 NO_SUCH_WEBHOOK');
  assert.equal(webhooksOf(await api.send('GET', path))[0]?.['inactive'], false);
});

test('a receiver is tried out with an event of each type, which did not happen', async (t) => {
  const api = await startApi(t);
  const receiver = await startReceiver(t, (res) => res.writeHead(204).end());
  for (const type of webhookTypes) {
    const response = await api.send('POST', `${path}/test`, { as: 'ada', body: { type, endpoint: receiver.url } });
    assert.equal(response.status, 200, response.text);
    assert.deepEqual(response.json, { status: 204 });
    const sent = receiver.requests.at(-1);
    assert.match(String(sent?.headers['x-jobrunner-delivery']), /^test:[0-9a-f-]{36}$/);
    const payload = sent?.body as { type: string; createdAt: string; contents: Record<string, unknown> };
    assert.deepEqual([payload.type, Object.keys(payload)], [type, ['type', 'createdAt', 'contents']]);
    const { namespace, repository, author } = payload.contents;
    assert.deepEqual([namespace, repository, author], ['ada', 'example', 'ada']);
  }
  assert.equal(receiver.requests.length, webhookTypes.length);
});

test('a test says what went wrong, and no more than that', async (t) => {
  const api = await startApi(t, { allowPrivate: true });
  const tries: readonly (readonly [string, string])[] = [
    ['http://localhost:1/x', 'http://localhost:1 has not taken the test event: it cannot be reached (ECONNREFUSED)'],
    [(await startReceiver(t, (res) => res.writeHead(503).end('secret'))).url, 'it answered 503'],
    [(await startReceiver(t, (res) => res.writeHead(302, { location: '/' }).end())).url, 'it answered 302'],
    [(await startReceiver(t, (res) => res.destroy())).url, 'it cannot be reached (UND_ERR_SOCKET)'],
    ['http://169.254.169.254/', 'it cannot be used: its address is not public'],
  ];
  for (const [url, problem] of tries) {
    const response = await api.send('POST', `${path}/test`, { body: { type: 'TAG_PUSH', endpoint: url } });
    assert.equal(response.outcome, '400 INVALID_ENDPOINT', response.text);
    assert.ok(response.message.includes(problem), response.message);
    assert.doesNotMatch(response.message, /secret|127\.0\.0\.1:1\b/);
  }
  for (const body of [{ type: 'TAG_PUSH' }, { type: 'PUSH', endpoint }, { type: 'TAG_PUSH', endpoint, key: 'acme' }]) {
    assert.equal((await api.send('POST', `${path}/test`, { body })).status, 400);
  }
  const { rows } = await api.pool.query<{ outcome: string; contents: unknown }>(
    `SELECT outcome, contents FROM registry.events WHERE kind = 'WEBHOOK_TEST' ORDER BY published_at`,
  );
  assert.deepEqual(new Set(rows.map(({ outcome }) => outcome)), new Set(['failure']));
  assert.equal(rows.length, 4, 'what was refused was not sent');
});

test('an account tries out one receiver at a time', async (t) => {
  const api = await startApi(t);
  const arrived = Promise.withResolvers<() => void>();
  const receiver = await startReceiver(t, (res) => arrived.resolve(() => res.end()));
  const send = (as: 'ada') =>
    api.send('POST', `${path}/test`, { as, body: { type: 'TAG_PUSH', endpoint: receiver.url } });
  const first = send('ada');
  const answer = await arrived.promise;
  const second = await send('ada');
  assert.deepEqual([second.outcome, second.headers['retry-after']], ['429 TOO_MANY_REQUESTS', '10']);
  answer();
  assert.equal((await first).status, 200);
});

test('a method that a path does not have is answered with those that it has', async (t) => {
  const api = await startApi(t);
  for (const [method, wrong, allow] of [
    ['GET', `${path}/update`, 'DELETE, POST'],
    ['PUT', `${path}/test`, 'DELETE, POST'],
    ['PATCH', path, 'GET, POST'],
  ] as const) {
    const response = await api.send(method, wrong);
    assert.equal(response.outcome, '405 NOT_ALLOWED');
    const allowed = String(response.headers.allow)
      .split(', ')
      .filter((each) => each !== 'HEAD');
    assert.equal(allowed.toSorted().join(', '), allow);
  }
});
