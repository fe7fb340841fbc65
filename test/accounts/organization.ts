import assert from 'node:assert/strict';
import type { ApiResponse, TestApi } from '../api/test-api.ts';
import { bearer } from '../api/test-api.ts';

/** Whoever sends a request: an account by its token, or nobody. */
export type Person = string | undefined;

/** An organization as its people know it. */
export interface TestOrganization {
  readonly send: (who: Person, method: string, path: string, body?: unknown) => Promise<ApiResponse>;
}

/**
 * Makes, through the API, what the tests of access are about: in the organization `acme` the owner `olga`; the team
 * `readers` with `rita`, `writers` with `walt` and `admins` with `nora`, granted that of `acme/app`; `max` in no team.
 * `sue` is a stranger with the repository `sue/app`, `idle` is inactive. `acme/app`, `acme/hidden` and `sue/app` are
 * private, `acme/open` is public.
 */
export async function createOrganization(api: TestApi): Promise<TestOrganization> {
  const send: TestOrganization['send'] = async (who, method, path, body) => {
    if (who === undefined) return api.send(method, path, { as: null, body });
    // A new one each time: what takes rights away ends tokens.
    return api.send(method, path, { as: null, headers: await bearer(api, who), body });
  };
  const must = async (method: string, path: string, body: unknown): Promise<void> => {
    const response = await send('admin', method, path, body);
    assert.ok(response.status < 300, `${method} ${path}: ${response.text}`);
  };
  // Passwords take their time to be hashed, and nobody signs in with one here.
  await api.pool.query(`INSERT INTO accounts.accounts (name, is_active)
    SELECT name, name <> 'idle' FROM unnest(ARRAY['olga', 'rita', 'walt', 'nora', 'max', 'sue', 'idle']) AS name`);
  const teams = [
    ['readers', 'rita', 'read-only'],
    ['writers', 'walt', 'read-write'],
    ['admins', 'nora', 'admin'],
  ] as const;
  for (const [namespace, name, visibility] of [
    ['acme', 'app', 'private'],
    ['acme', 'hidden', 'private'],
    ['acme', 'open', 'public'],
    ['sue', 'app', 'private'],
  ]) {
    await must('POST', `/api/v0/repositories/${namespace}`, { name, visibility });
  }
  await must('PUT', '/enzi/v0/accounts/acme/members/olga', { isAdmin: true });
  await must('PUT', '/enzi/v0/accounts/acme/members/max', {});
  for (const [team, member, accessLevel] of teams) {
    await must('POST', '/enzi/v0/accounts/acme/teams', { name: team });
    await must('PUT', `/enzi/v0/accounts/acme/teams/${team}/members/${member}`, {});
    await must('PUT', `/api/v0/repositories/acme/app/teamAccess/${team}`, { accessLevel });
  }
  return { send };
}
