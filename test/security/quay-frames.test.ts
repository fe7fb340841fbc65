import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCleanUp } from '../support/clean-up.ts';
import { attackOf } from './cve-table.ts';
import { startTarget } from './target.ts';

// Answers of every kind, errors above all: those are what servers forget.
const requests: readonly (readonly [string | undefined, string, string])[] = [
  [undefined, 'GET', '/'],
  [undefined, 'GET', '/livez'],
  [undefined, 'GET', '/readyz'],
  [undefined, 'GET', '/v2/'],
  [undefined, 'GET', '/v2/acme/app/manifests/1'],
  [undefined, 'GET', '/v2/%'],
  [undefined, 'GET', '/nothing/here'],
  [undefined, 'GET', '/auth/token?service=jobrunner'],
  [undefined, 'GET', '/auth/token?service=other'],
  [undefined, 'GET', '/auth/jwks'],
  [undefined, 'GET', '/auth/root.pem'],
  [undefined, 'GET', '/enzi/v0/login'],
  [undefined, 'GET', '/enzi/v0/oidc/login'],
  [undefined, 'GET', '/api/v0/repositories'],
  [undefined, 'POST', '/enzi/v0/login'],
  [undefined, 'PUT', '/api/v0/repositories'],
  [undefined, 'OPTIONS', '/api/v0/repositories'],
  [undefined, 'GET', `/api/v0/repositories/${'a'.repeat(400)}`],
  ['eve', 'GET', '/api/v0/repositories'],
  ['eve', 'GET', '/api/v0/workers'],
  ['eve', 'GET', '/enzi/v0/session'],
];

test(attackOf('CVE-2023-4956'), { timeout: 120_000 }, async (t) => {
  const { send } = await startTarget(createCleanUp(t));
  for (const [who, method, path] of requests) {
    const { status, headers } = await send(who, method, path);
    const policy = String(headers['content-security-policy'] ?? '');
    assert.match(policy, /(?:^|;)\s*frame-ancestors 'none'\s*(?:;|$)/, `${method} ${path}: ${status}`);
  }
});
