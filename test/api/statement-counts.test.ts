import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../e2e/eventually.ts';
import { collectStatements, countStatements } from '../support/statements.ts';
import { basic, startApi } from './test-api.ts';

const many = 50;
const numbers = Array.from({ length: many }, (_, index) => index);
const scopesOf = (count: number) => numbers.slice(0, count).map((index) => `repository:acme/app-${index}:pull`);

/** How many statements something takes; what goes on in the background besides is not there each time. */
async function leastStatements(run: () => Promise<unknown>): Promise<number> {
  const counts = [];
  for (let round = 0; round < 5; round++) {
    const statements = await collectStatements(run);
    counts.push(statements.filter((text) => !text.includes('FROM accounts.ended_generations')).length);
  }
  return Math.min(...counts);
}

test('a token request is as many statements for fifty repositories as for one', { timeout: 60_000 }, async (t) => {
  const api = await startApi(t);
  const permissions = [{ repository: 'acme/*', actions: ['pull'] }];
  const robot = await api.send('POST', '/api/v0/robots', { body: { name: 'ci', namespace: 'acme', permissions } });
  const { name, secret } = robot.json as { name: string; secret: string };
  await api.pool.query(`INSERT INTO registry.repositories (namespace, name, visibility)
    SELECT 'acme', 'app-' || n, 'public' FROM generate_series(0, ${many - 1}) AS n`);
  for (const [who, headers] of Object.entries({
    nobody: {},
    ada: basic('ada'),
    'an administrator': basic('admin'),
    'a robot': basic(name, secret),
  })) {
    const ask = async (scopes: readonly string[]) => {
      const query = new URLSearchParams(scopes.map((scope): [string, string] => ['scope', scope]));
      const response = await api.send('GET', `/auth/token?${query.toString()}`, { as: null, headers });
      assert.equal(response.status, 200, response.text);
      assert.equal((response.json as { scope: string }).scope, scopes.join(' '));
    };
    await ask(scopesOf(1));
    const one = await leastStatements(() => ask(scopesOf(1)));
    const fifty = await leastStatements(() => ask(scopesOf(many)));
    assert.equal(fifty, one, `statements for ${who}`);
    assert.ok(one <= 2, `${one} statements for ${who}`);
  }
});

test('more than fifty scopes are refused without a statement, in however many parameters they come', async (t) => {
  const api = await startApi(t);
  // The process reads some things once it hears the database.
  await eventually('quiet', async () => (await countStatements(() => delay(300))) === 0);
  // What a URL holds: 890 of them were 890 statements at once.
  const texts = Array.from({ length: 890 }, (_, index) => `repository:a/${index}:pull`);
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  for (const scopes of [texts, texts.slice(0, many + 1)]) {
    for (const parameters of [scopes, [scopes.join(' ')], [scopes.slice(1).join(' '), scopes[0] ?? '']]) {
      const query = new URLSearchParams(parameters.map((scope): [string, string] => ['scope', scope])).toString();
      const form = `grant_type=password&username=ada&password=wrong&${query}`;
      for (const send of [
        () => api.send('GET', `/auth/token?${query}`, { as: null, headers: basic('ada', 'wrong') }),
        () => api.send('POST', '/auth/token', { as: null, headers, rawBody: form }),
      ]) {
        const statements = await collectStatements(async () => {
          const { status, text } = await send();
          // The server of HTTP bounds the length of a URL before.
          assert.ok([400, 414, 431].includes(status), text);
        });
        assert.deepEqual(statements, []);
      }
    }
  }
});

test('a form with many things in it is as many statements as with one', { timeout: 60_000 }, async (t) => {
  const api = await startApi(t);
  await api.send('POST', '/enzi/v0/accounts/acme/teams', { body: { name: 'builders' } });
  const permissions = (count: number) =>
    numbers.slice(0, count).map((index) => ({ repository: `acme/app-${index}`, actions: ['pull'] }));
  const sync = '/enzi/v0/accounts/acme/teams/builders/memberSyncConfig';
  const made: string[] = [];
  const requests: Readonly<Record<string, (count: number) => Promise<{ status: number; text: string }>>> = {
    'POST /api/v0/robots': async (count) => {
      const body = { name: `ci-${count}-${made.length}`, namespace: 'acme', permissions: permissions(count) };
      const response = await api.send('POST', '/api/v0/robots', { body });
      made.push((response.json as { id: string }).id);
      return response;
    },
    'PATCH /api/v0/robots': (count) =>
      api.send('PATCH', `/api/v0/robots/${made[0]}`, { body: { permissions: permissions(count) } }),
    'PUT memberSyncConfig': (count) =>
      api.send('PUT', sync, {
        body: { enableSync: true, ldapGroups: numbers.slice(0, count).map((n) => `group-${n}`) },
      }),
  };
  for (const [what, send] of Object.entries(requests)) {
    const countOf = (count: number) =>
      leastStatements(async () => {
        const { status, text } = await send(count);
        assert.ok(status < 300, text);
      });
    await countOf(1);
    const one = await countOf(1);
    assert.equal(await countOf(many), one, what);
  }
});
