import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRoles, roles, UnknownRoleError } from '../../server/roles.ts';

test('roles are parted by commas; spaces and repetitions do not matter', () => {
  assert.deepEqual(parseRoles(roles.join(',')), new Set(roles));
  assert.deepEqual(parseRoles(' api , garant,,api '), new Set(['api', 'garant']));
});

test('a role that there is not, or none at all, is refused with those that there are', () => {
  for (const text of ['', ' , ', 'Api', 'api,web', 'api garant', 'constructor']) {
    assert.throws(
      () => parseRoles(text),
      (error) => error instanceof UnknownRoleError && error.message.endsWith(roles.join(', ')),
      text,
    );
  }
});
