import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessToken, type ProviderAnswer, tokenResponse } from '../../support/answering-provider.ts';
import { createBrowser } from '../../support/browser.ts';
import { type OpenIdSetup, outcomeOf, startOpenId } from './openid-sign-in.ts';

const unavailable = /^503 IDENTITY_PROVIDER_UNAVAILABLE /;
const refused = /^403 SIGN_IN_REFUSED /;

test('the request asks for a code, with state, nonce and a challenge of its own', async (t) => {
  const { begin, provider, publicUrl } = await startOpenId(t);
  const asked = [];
  for (let i = 0; i < 2; i++) {
    const { location } = await createBrowser().get(`${publicUrl}/enzi/v0/oidc/login`);
    asked.push(Object.fromEntries(location?.searchParams ?? []));
    assert.equal(location?.origin, provider.issuer);
  }
  for (const parameters of asked) {
    const { state, nonce, code_challenge: challenge, ...others } = parameters;
    for (const value of [state, nonce, challenge]) assert.match(String(value), /^[\w-]{43}$/);
    assert.equal(new Set([state, nonce, challenge]).size, 3);
    assert.deepEqual(others, {
      client_id: 'jobrunner',
      response_type: 'code',
      scope: 'openid profile groups',
      redirect_uri: `${publicUrl}/enzi/v0/oidc/callback`,
      code_challenge_method: 'S256',
    });
  }
  for (const name of ['state', 'nonce', 'code_challenge']) assert.notEqual(asked[0]?.[name], asked[1]?.[name], name);
  assert.equal((await begin(createBrowser())).pathname, '/enzi/v0/oidc/callback');
});

test('several sign-ins of one browser go on at once, and each comes back to its own page', async (t) => {
  const { begin, publicUrl } = await startOpenId(t);
  const browser = createBrowser();
  const pages = ['/one', '/two', '/three'];
  const callbacks: URL[] = [];
  for (const page of pages) callbacks.push(await begin(browser, page));
  for (const index of [1, 2, 0]) {
    const callback = callbacks[index] ?? new URL(publicUrl);
    const back = await browser.get(callback);
    assert.equal(back.location?.href, `${publicUrl}${pages[index]}`, back.body);
    assert.match(outcomeOf(await browser.get(callback)), /^400 SIGN_IN_EXPIRED /, 'each once');
  }
  // The code of the one with the state of the other.
  const [one, two] = [await begin(browser), await begin(browser)];
  const mixed = new URL(one);
  mixed.searchParams.set('state', two.searchParams.get('state') ?? '');
  assert.match(outcomeOf(await browser.get(mixed)), refused);
  assert.equal(outcomeOf(await browser.get(one)).slice(0, 3), '403', 'the code was used');
});

test('a browser keeps few sign-ins, and the newest of them', async (t) => {
  const { begin, publicUrl } = await startOpenId(t);
  const browser = createBrowser();
  browser.setCookie(publicUrl, 'jobrunner-oidc-made-up', 'x');
  const callbacks: URL[] = [];
  for (let i = 0; i < 12; i++) callbacks.push(await begin(browser, `/${'x'.repeat(1_000)}`));
  const kept = browser.cookiesFor(publicUrl);
  assert.equal(kept.match(/jobrunner-oidc-/g)?.length, 5);
  assert.ok(!kept.includes('made-up'));
  assert.ok(kept.length < 12_000, `${kept.length} bytes go with every request`);
  const outcomes: string[] = [];
  for (const callback of callbacks) outcomes.push(outcomeOf(await browser.get(callback)).slice(0, 3));
  assert.deepEqual(outcomes, [...Array<string>(7).fill('400'), ...Array<string>(5).fill('302')]);
});

test('an answer without the state of a sign-in of this browser is none, errors included', async (t) => {
  const { begin, provider, publicUrl, api } = await startOpenId(t);
  const browser = createBrowser();
  const callback = await begin(browser);
  const before = provider.requests.length;
  for (const search of [
    '',
    '?code=c',
    '?error=access_denied',
    '?error=access_denied&state=guessed',
    `?code=${callback.searchParams.get('code')}`,
    `?code=c&state=${callback.searchParams.get('state')?.toUpperCase()}`,
    `?code=c&state=&state=${callback.searchParams.get('state')}`,
  ]) {
    assert.match(outcomeOf(await browser.get(`${publicUrl}/enzi/v0/oidc/callback${search}`)), /^400 SIGN_IN_EXPIRED /);
  }
  assert.match(outcomeOf(await createBrowser().get(callback)), /^400 SIGN_IN_EXPIRED /, 'in another browser');
  assert.equal(provider.requests.length, before, 'the provider is not troubled');
  assert.equal((await browser.get(callback)).status, 302);
  const form = { code: 'c', state: 's' };
  assert.equal(
    (await browser.post(`${publicUrl}/enzi/v0/oidc/callback`, form)).status,
    405,
    'form_post is not asked for',
  );
  assert.equal((await api.send('GET', '/enzi/v0/oidc/login?iss=https%3A%2F%2Felsewhere.example')).status, 400);
});

test('an error of the authorization endpoint is told with its reason', async (t) => {
  const { begin } = await startOpenId(t);
  const fail = async (error: string, description?: string): Promise<string> => {
    const browser = createBrowser();
    const callback = await begin(browser);
    callback.searchParams.delete('code');
    callback.searchParams.set('error', error);
    if (description !== undefined) callback.searchParams.set('error_description', description);
    return outcomeOf(await browser.get(callback));
  };
  for (const error of [
    'access_denied',
    'invalid_request',
    'invalid_scope',
    'unauthorized_client',
    'unsupported_response_type',
    'login_required',
    'consent_required',
    'interaction_required',
    'account_selection_required',
    'request_not_supported',
    'something_new',
  ]) {
    assert.equal(
      await fail(error, 'because'),
      `403 SIGN_IN_REFUSED the OpenID provider did not sign you in (${error}: because)`,
    );
  }
  for (const error of ['server_error', 'temporarily_unavailable']) {
    assert.match(await fail(error, 'later'), new RegExp(`^503 IDENTITY_PROVIDER_UNAVAILABLE .*${error}: later`));
  }
  const long = await fail('access_denied', '<script>'.repeat(1_000));
  assert.ok(long.length < 400, long);
});

test('an answer of another issuer is refused (RFC 9207)', async (t) => {
  const { begin, provider } = await startOpenId(t);
  const come = async (iss: string | undefined, more: Readonly<Record<string, string>> = {}): Promise<string> => {
    const browser = createBrowser();
    const callback = await begin(browser);
    if (iss !== undefined) callback.searchParams.set('iss', iss);
    for (const [name, value] of Object.entries(more)) callback.searchParams.append(name, value);
    return outcomeOf(await browser.get(callback));
  };
  for (const isAnnounced of [false, true]) {
    provider.answers.metadata = { authorization_response_iss_parameter_supported: isAnnounced };
    assert.equal(await come(provider.issuer), '302');
    for (const iss of ['https://elsewhere.example', `${provider.issuer}/`]) assert.match(await come(iss), refused, iss);
    assert.match(await come(undefined), isAnnounced ? refused : /^302$/);
    assert.match(await come('https://elsewhere.example', { error: 'access_denied' }), refused);
  }
  provider.answers.metadata = {};
  assert.match(await come(undefined, { code: 'second' }), refused, 'a parameter twice');
  for (const name of ['id_token', 'token', 'response']) {
    assert.match(await come(undefined, { [name]: 'a.b.c' }), refused, `${name}, which is of other flows`);
  }
});

test('a code is exchanged with the verifier of its sign-in and the secret of the client, once', async (t) => {
  const { begin, provider } = await startOpenId(t);
  const browser = createBrowser();
  const callback = await begin(browser);
  assert.equal((await browser.get(callback)).status, 302);
  assert.equal(provider.requests.filter((path) => path === '/token').length, 1);

  // Another client has had the code made for itself: its verifier is not that of this sign-in.
  const victim = createBrowser();
  const own = await begin(victim);
  const stolen = await begin(createBrowser());
  own.searchParams.set('code', stolen.searchParams.get('code') ?? '');
  assert.match(outcomeOf(await victim.get(own)), /^403 SIGN_IN_REFUSED .*does not take this code/);
});

test('the client proves itself by Basic, in the form where the provider wants that, or not at all', async (t) => {
  const { signIn, provider } = await startOpenId(t);
  assert.equal(await signIn(), '302');
  provider.answers.metadata = { token_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_post'] };
  provider.answers.clientAuthentication = 'client_secret_post';
  assert.equal(await signIn(), '302');
  provider.answers.metadata = { token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'] };
  provider.answers.clientAuthentication = 'client_secret_basic';
  assert.equal(await signIn(), '302');
  const publicClient = await startOpenId(t, { clientSecret: undefined });
  publicClient.provider.answers.clientAuthentication = 'none';
  assert.equal(await publicClient.signIn(), '302');
});

test('a wrong secret of the client is trouble with the provider, and shown to nobody', async (t) => {
  const { signIn } = await startOpenId(t, { clientSecret: 'wrong' });
  const outcome = await signIn();
  assert.match(outcome, unavailable);
  assert.doesNotMatch(outcome, /wrong|invalid_client/);
});

test('errors and broken answers of the token endpoint sign nobody in', { timeout: 60_000 }, async (t) => {
  const { withTokenAnswer, provider, api, signIn } = await startOpenId(t);
  const right = async (): Promise<Readonly<Record<string, unknown>>> =>
    tokenResponse(
      await provider.idToken({ state: '', nonce: 'n', codeChallenge: '', parameters: new URLSearchParams() }),
    );
  const answers: Readonly<Record<string, readonly [ProviderAnswer, RegExp]>> = {
    'a code that is not valid': [{ status: 400, json: { error: 'invalid_grant' } }, refused],
    'a request that is not valid': [{ status: 400, json: { error: 'invalid_request' } }, unavailable],
    'another client': [{ status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }, unavailable],
    'too many requests': [{ status: 429, headers: { 'retry-after': '5' } }, unavailable],
    'an error': [{ status: 500, body: 'oops' }, unavailable],
    'a redirect': [{ status: 307, headers: { location: '/elsewhere' } }, unavailable],
    'a page': [{ body: '<p>', headers: { 'content-type': 'text/html' } }, unavailable],
    'half an answer': [{ json: { ...(await right()), padding: 'x'.repeat(10_000) }, cut: true }, unavailable],
    'half of its JSON': [{ body: '{"access_token":"a"' }, unavailable],
    'more than 1 MiB': [{ json: { ...(await right()), padding: 'x'.repeat(1024 * 1024) } }, unavailable],
    'no ID token': [{ json: tokenResponse(undefined) }, refused],
    'no access token': [{ json: { ...(await right()), access_token: undefined } }, refused],
    'a token of another type': [{ json: { ...(await right()), token_type: 'mac' } }, refused],
    'the ID token of another sign-in': [{ json: await right() }, refused],
  };
  for (const [what, [answer, expected]] of Object.entries(answers)) {
    const outcome = await withTokenAnswer(() => answer);
    assert.match(outcome, expected, what);
    assert.doesNotMatch(outcome, new RegExp(`oops|${accessToken}|secret`), what);
  }
  const { rows } = await api.pool.query('SELECT FROM accounts.sessions');
  assert.equal(rows.length, 0);
  assert.equal(await signIn(), '302');
});

test('the metadata are those of the issuer, and are read again', async (t) => {
  const { signIn, provider } = await startOpenId(t);
  provider.answers.metadata = { issuer: 'https://elsewhere.example' };
  assert.match(await startedOutcome(signIn), unavailable);
  provider.answers.metadata = { token_endpoint: `${provider.issuer}/moved` };
  assert.match(await signIn(), unavailable);
  provider.answers.metadata = {};
  assert.equal(await signIn(), '302', 'the right ones hold at once');
  provider.answers.metadata = { jwks_uri: undefined };
  assert.match(await signIn(), /^(403|503) /, 'without keys nothing is believed');
});

test('answers that are made up do not have the metadata read, and known ones hold while the provider is silent', async (t) => {
  const discoveries = (requests: readonly string[]): number =>
    requests.filter((path) => path === '/.well-known/openid-configuration').length;
  const comeBack = async ({ begin }: OpenIdSetup, changes: Readonly<Record<string, string>>): Promise<string> => {
    const browser = createBrowser();
    const callback = await begin(browser);
    callback.searchParams.delete('code');
    for (const [name, value] of Object.entries(changes)) callback.searchParams.set(name, value);
    return outcomeOf(await browser.get(callback));
  };
  const resting = await startOpenId(t, { metadataRestMs: undefined });
  for (let i = 0; i < 20; i++) assert.match(await comeBack(resting, { code: 'made-up' }), refused);
  assert.equal(discoveries(resting.provider.requests), 1);

  const eager = await startOpenId(t);
  for (let i = 0; i < 20; i++) assert.match(await comeBack(eager, { error: 'access_denied' }), refused);
  assert.equal(discoveries(eager.provider.requests), 1);
  eager.provider.answers.isSilent = true;
  const startedMs = performance.now();
  assert.equal(await eager.signIn(), '302');
  assert.ok(performance.now() - startedMs < 8_000, 'it waits for the provider no longer than a person would');
  assert.equal(discoveries(eager.provider.requests), 2);

  const fresh = await startOpenId(t, { metadataRestMs: undefined });
  fresh.provider.answers.metadata = { issuer: 'https://elsewhere.example' };
  for (let i = 0; i < 20; i++) assert.match(await startedOutcome(fresh.signIn), unavailable);
  assert.equal(discoveries(fresh.provider.requests), 1, 'and not when nobody can begin');
});

test('tokens of the provider are used for the user info alone, and are not kept', async (t) => {
  const { withTokenAnswer, provider, api } = await startOpenId(t);
  const refreshToken = 'refresh-token-of-the-provider';
  const outcome = await withTokenAnswer(async (request) => ({
    json: { ...tokenResponse(await provider.idToken(request)), refresh_token: refreshToken },
  }));
  assert.equal(outcome, '302');
  for (const table of [
    'accounts.sessions',
    'accounts.external_identities',
    'accounts.client_tokens',
    'registry.events',
  ]) {
    const { rows } = await api.pool.query(`SELECT * FROM ${table}`);
    assert.doesNotMatch(JSON.stringify(rows), new RegExp(`${refreshToken}|${accessToken}`), table);
  }
});

/** The outcome of a sign-in that may not even begin. */
async function startedOutcome(signIn: () => Promise<string>): Promise<string> {
  return signIn().catch((error: unknown) => {
    const [, body = '{}'] = /(\{.*\})/s.exec(String(error)) ?? [];
    const { errors } = JSON.parse(body) as { errors?: { code: string; message: string }[] };
    return `503 ${errors?.[0]?.code} ${errors?.[0]?.message}`;
  });
}
