import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseScopes } from '../../../accounts/tokens/scopes.ts';

test('scopes come in several parameters, and several in one, parted by spaces', () => {
  assert.deepEqual(parseScopes(['repository:admin/app:pull,push repository:acme/base:pull', 'registry:catalog:*']), [
    { type: 'repository', name: 'admin/app', actions: ['pull', 'push'] },
    { type: 'repository', name: 'acme/base', actions: ['pull'] },
    { type: 'registry', name: 'catalog', actions: ['*'] },
  ]);
});

test('a name may begin with a host and its port', () => {
  assert.deepEqual(parseScopes(['repository:localhost:8080/admin/app:pull']), [
    { type: 'repository', name: 'localhost:8080/admin/app', actions: ['pull'] },
  ]);
});

test('the class of a repository in parentheses is taken and ignored', () => {
  assert.deepEqual(parseScopes(['repository(plugin):admin/app:pull']), [
    { type: 'repository', name: 'admin/app', actions: ['pull'] },
  ]);
});

test('what makes no sense is left out, and the rest stays', () => {
  const nonsense = [
    '',
    ' ',
    ':',
    '::',
    'repository',
    'repository:',
    'repository::pull',
    'a:b:c',
    'Repository:a/b:pull',
  ];
  assert.deepEqual(parseScopes([...nonsense, 'repository:admin/app:pull']), [
    { type: 'repository', name: 'admin/app', actions: ['pull'] },
  ]);
});

test('empty actions are no actions', () => {
  assert.deepEqual(parseScopes(['repository:admin/app:', 'repository:admin/base:,pull,']), [
    { type: 'repository', name: 'admin/app', actions: [] },
    { type: 'repository', name: 'admin/base', actions: ['pull'] },
  ]);
});

test('what is asked for twice is asked for once', () => {
  const repeated = [
    'repository:admin/app:pull',
    'repository:admin/app:push,pull registry:catalog:*',
    'repository:a/b:',
  ];
  assert.deepEqual(parseScopes([...repeated, ...repeated]), [
    { type: 'repository', name: 'admin/app', actions: ['pull', 'push'] },
    { type: 'registry', name: 'catalog', actions: ['*'] },
    { type: 'repository', name: 'a/b', actions: [] },
  ]);
});

test('fifty scopes are read, and fifty-one refused, however they come', () => {
  const scopes = (count: number) => Array.from({ length: count }, (_, index) => `repository:a/${index}:pull`);
  assert.equal(parseScopes(scopes(50)).length, 50);
  assert.equal(parseScopes([scopes(50).join('  ')]).length, 50);
  for (const tooMany of [scopes(51), [scopes(51).join(' ')], [...scopes(1), scopes(50).join(' ')], ['x '.repeat(51)]]) {
    assert.throws(() => parseScopes(tooMany), {
      code: 'INVALID_PARAMETERS',
      message: /names 51 scopes, and may name 50/,
    });
  }
});
