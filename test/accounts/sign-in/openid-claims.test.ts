import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SignJWT } from 'jose';
import { accessToken, makeProviderKey, type ProviderAnswer, subject } from '../../support/answering-provider.ts';
import { createBrowser } from '../../support/browser.ts';
import { startOpenId } from './openid-sign-in.ts';

const refused = /^403 SIGN_IN_REFUSED /;
const unavailable = /^503 IDENTITY_PROVIDER_UNAVAILABLE /;

test('an account is issuer and subject, whatever else the provider says of it', async (t) => {
  const { signIn, provider, api, publicUrl } = await startOpenId(t);
  const browser = createBrowser();
  for (const claims of [
    { preferred_username: 'grace', email: 'grace@example.com' },
    { preferred_username: 'hopper', email: 'admin@example.com' },
    { preferred_username: 'ada' },
  ].map((each) => ({ ...each, groups: [] }))) {
    provider.answers.claims = claims;
    assert.equal(await signIn(browser), '302');
    const { body } = await browser.get(`${publicUrl}/enzi/v0/session`);
    assert.equal((JSON.parse(body) as { account: { name: string } }).account.name, 'grace', JSON.stringify(claims));
  }
  provider.answers.claims = { sub: 'another', preferred_username: 'grace', groups: [] };
  assert.match(await signIn(), /^409 ACCOUNT_EXISTS /);
  const { rows } = await api.pool.query('SELECT subject FROM accounts.external_identities');
  assert.deepEqual(rows, [{ subject: `${provider.issuer} ${subject}` }]);
});

test('claims that are not in the ID token are asked of the user info, and the ID token has precedence', async (t) => {
  const { signIn, provider, groupsOf } = await startOpenId(t, { groups: ['token', 'info'] });
  const { answers } = provider;
  const tokens: string[] = [];
  answers.userInfo = (token) => {
    tokens.push(token);
    return { json: { sub: subject, preferred_username: 'other', groups: ['info'], ...answers.userClaims } };
  };
  answers.claims = { preferred_username: 'grace', groups: ['token'] };
  assert.equal(await signIn(), '302');
  assert.deepEqual(tokens, [], 'nothing is missing');
  assert.deepEqual(await groupsOf('grace'), ['token']);
  answers.claims = { preferred_username: 'grace' };
  assert.equal(await signIn(), '302');
  assert.deepEqual(tokens, [accessToken]);
  assert.deepEqual(await groupsOf('grace'), ['info']);
  answers.metadata = { userinfo_endpoint: undefined };
  assert.equal(await signIn(), '302', 'a provider without one');
  assert.deepEqual(await groupsOf('grace'), []);
});

test('the user info is of the person of the ID token, or of nobody', async (t) => {
  const { signIn, provider, api } = await startOpenId(t);
  for (const json of [{ sub: 'other' }, { sub: subject.toUpperCase() }, {}, { sub: '' }, { sub: [subject] }, []]) {
    provider.answers.userInfo = () => ({ json });
    assert.match(await signIn(), /^(403|503) /, JSON.stringify(json));
  }
  const { rows } = await api.pool.query('SELECT FROM accounts.external_identities');
  assert.equal(rows.length, 0);
});

test(
  'a user info that is refused, broken, cut or too large is trouble with the provider',
  { timeout: 60_000 },
  async (t) => {
    const { signIn, provider } = await startOpenId(t);
    const whole = { sub: subject, groups: [] };
    const challenge = { 'www-authenticate': 'Bearer error="insufficient_scope", error_description="no"' };
    const answers: Readonly<Record<string, ProviderAnswer>> = {
      'a refusal': { status: 401, headers: challenge },
      'a refusal without a reason': { status: 403, json: { error: 'insufficient_scope' } },
      'an error': { status: 500, body: 'oops' },
      'a redirect': { status: 302, headers: { location: '/elsewhere' } },
      nothing: { status: 204 },
      'an empty body': { body: '' },
      'a page': { body: '<p>hello</p>', headers: { 'content-type': 'text/html' } },
      'half an answer': { json: { ...whole, padding: 'x'.repeat(10_000) }, cut: true },
      'half of its JSON': { body: JSON.stringify(whole).slice(0, -5) },
      'more than 1 MiB': { json: { ...whole, padding: 'x'.repeat(1024 * 1024) } },
    };
    for (const [what, answer] of Object.entries(answers)) {
      provider.answers.userInfo = () => answer;
      const outcome = await signIn();
      assert.match(outcome, unavailable, what);
      assert.doesNotMatch(outcome, /oops|hello|secret/, 'and nobody is shown what it sent');
    }
    provider.answers.userInfo = () => ({ json: whole });
    assert.equal(await signIn(), '302');
  },
);

test('a user info that is a JWT is checked as one', async (t) => {
  const { signIn, provider, groupsOf } = await startOpenId(t, { groups: ['platform'] });
  provider.answers.metadata = { userinfo_signing_alg_values_supported: ['RS256'] };
  const other = await makeProviderKey('RS256', 'other');
  const sign = async (claims: object, { kid = 'RS256', key = provider.key.privateKey } = {}): Promise<void> => {
    const body = await new SignJWT({ sub: subject, groups: ['platform'], ...claims })
      .setProtectedHeader({ alg: 'RS256', kid })
      .sign(key);
    provider.answers.userInfo = () => ({ body, headers: { 'content-type': 'application/jwt' } });
  };
  const right = { iss: provider.issuer, aud: 'jobrunner' };
  await sign(right);
  assert.equal(await signIn(), '302');
  assert.deepEqual(await groupsOf('grace'), ['platform']);
  for (const claims of [
    { ...right, sub: 'other' },
    { ...right, aud: 'elsewhere' },
    { ...right, iss: 'https://elsewhere.example' },
    { ...right, exp: 1 },
  ]) {
    await sign(claims);
    assert.match(await signIn(), refused, JSON.stringify(claims));
  }
  await sign(right, { key: other.privateKey });
  assert.match(await signIn(), /^(403|503) /, 'another key');
  await sign(right, { key: other.privateKey, kid: 'other' });
  assert.match(await signIn(), refused, 'a key that is not published');
  provider.answers.metadata = {};
  await sign(right);
  assert.match(await signIn(), /^(403|503) /, 'an algorithm that was not announced');
});

test('groups are a name, a list, a list of lists or of numbers, and nothing else', async (t) => {
  const { signIn, provider, groupsOf } = await startOpenId(t, { groups: ['a', 'b c', '7'] });
  for (const [groups, expected] of [
    ['a', ['a']],
    [
      ['a', 'b c'],
      ['a', 'b c'],
    ],
    [
      [['a'], [['b c']]],
      ['a', 'b c'],
    ],
    [7, ['7']],
    [
      [7, 'a', 'a'],
      ['7', 'a'],
    ],
    [['A', 'a ', ' a', 'b', 'a\0', ''], []],
    [[], []],
    [null, []],
    [undefined, []],
  ] as const) {
    provider.answers.claims = { preferred_username: 'grace', groups: ['a', 'b c', '7'] };
    assert.equal(await signIn(), '302');
    provider.answers.claims = { preferred_username: 'grace', groups };
    assert.equal(await signIn(), '302', JSON.stringify(groups));
    assert.deepEqual(await groupsOf('grace'), expected, JSON.stringify(groups));
  }
  provider.answers.claims = { preferred_username: 'grace', groups: ['a'] };
  assert.equal(await signIn(), '302');
  for (const groups of [{ a: true }, [{ name: 'a' }], true, ['a', null], [[[[['a']]]]]]) {
    provider.answers.claims = { preferred_username: 'grace', groups };
    assert.match(await signIn(), /^403 SIGN_IN_REFUSED the claim "groups" \(OIDC_GROUPS_CLAIM\) holds /);
    assert.deepEqual(await groupsOf('grace'), ['a'], 'nothing is taken away');
  }
});

test('who is in thousands of groups signs in, whether the token has them or the user info', async (t) => {
  const groups = Array.from({ length: 1_500 }, (_, index) => `organization/department-${index}/engineers`);
  const { signIn, provider, groupsOf } = await startOpenId(t, { groups: [groups[1_499] ?? ''] });
  const { answers } = provider;
  for (const where of ['claims', 'userClaims'] as const) {
    answers.claims = { preferred_username: 'grace', groups: [] };
    assert.equal(await signIn(), '302');
    assert.deepEqual(await groupsOf('grace'), []);
    answers.claims = { preferred_username: 'grace' };
    answers.userClaims = {};
    answers[where] = { preferred_username: 'grace', groups };
    assert.equal(await signIn(), '302', where);
    assert.deepEqual(await groupsOf('grace'), [groups[1_499]], where);
  }
  answers.claims = {
    preferred_username: 'grace',
    groups: [...groups, ...groups.map((group) => `${group}-2`), ...groups],
  };
  assert.equal(await signIn(), '302', '4,500');
});

test('claims that are aggregated or distributed are not taken, and groups that are take no membership away', async (t) => {
  const { signIn, provider, groupsOf } = await startOpenId(t, { groups: ['platform'] });
  const { answers } = provider;
  answers.claims = { preferred_username: 'grace', groups: ['platform'] };
  assert.equal(await signIn(), '302');
  const aggregated = await new SignJWT({ groups: ['other'], preferred_username: 'admin' })
    .setProtectedHeader({ alg: 'RS256', kid: 'RS256' })
    .sign(provider.key.privateKey);
  const sources = {
    aggregated: { JWT: aggregated },
    distributed: { endpoint: `${provider.issuer}/groups`, access_token: 'x' },
  };
  for (const [kind, source] of Object.entries(sources)) {
    const reference = { _claim_names: { groups: kind }, _claim_sources: { [kind]: source } };
    for (const where of ['claims', 'userClaims'] as const) {
      answers.claims = { preferred_username: 'grace' };
      answers.userClaims = {};
      answers[where] = { preferred_username: 'grace', ...reference };
      assert.match(await signIn(), /^403 SIGN_IN_REFUSED .*sends a reference in place of the claim "groups"/, kind);
      assert.deepEqual(await groupsOf('grace'), ['platform'], kind);
    }
    // What the ID token refers to may be in the user info, as it is.
    answers.claims = { preferred_username: 'grace', ...reference };
    answers.userClaims = { groups: ['platform'] };
    assert.equal(await signIn(), '302', kind);
    answers.claims = { sub: `new ${kind}`, ...reference, _claim_names: { preferred_username: kind }, groups: [] };
    answers.userInfo = () => ({ json: { sub: `new ${kind}` } });
    assert.match(await signIn(), /^403 SIGN_IN_REFUSED .*does not send the claim "preferred_username"/, kind);
    answers.userInfo = undefined;
  }
  assert.ok(!provider.requests.includes('/groups'));
});

test('claims with a language are others, and may be named', async (t) => {
  const { signIn, provider, api } = await startOpenId(t, { usernameClaim: 'nickname#ja-Latn' });
  provider.answers.claims = {
    groups: [],
    nickname: '花子',
    'nickname#ja-Latn': 'hanako',
    name: '山田 花子',
    'name#en': 'Hanako Yamada',
    locale: 'ja-JP',
    zoneinfo: 'Asia/Tokyo',
  };
  assert.equal(await signIn(), '302');
  const view = async (): Promise<string> => {
    const { json } = await api.send('GET', '/enzi/v0/accounts/hanako');
    return (json as { fullName: string }).fullName;
  };
  assert.equal(await view(), '山田 花子');
  // What cannot be stored is left out, and what is no text is not taken.
  for (const [name, expected] of [
    ['Hana\0ko', 'Hanako'],
    [7, 'Hanako'],
    ['x'.repeat(300), 'x'.repeat(255)],
  ] as const) {
    provider.answers.claims = { groups: [], 'nickname#ja-Latn': 'hanako', name };
    assert.equal(await signIn(), '302');
    assert.equal(await view(), expected);
  }
});
