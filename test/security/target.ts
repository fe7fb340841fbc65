import assert from 'node:assert/strict';
import type pg from 'pg';
import { type RawAnswer, rawRequest } from '../e2e/raw-request.ts';
import { startRegistryProcess } from '../e2e/registry-process.ts';
import type { Client } from '../e2e/client.ts';
import type { ProductProcess } from '../e2e/jobrunner-process.ts';
import type { CleanUp } from '../support/clean-up.ts';
import { quickPasswordHash } from '../support/password-hash.ts';
import { createTestDatabase } from '../support/postgres.ts';

/** An answer, with its JSON and its first error taken out. */
export interface TargetAnswer extends RawAnswer {
  readonly json: unknown;
  /** `status CODE` of the first error; the status alone where there is none. */
  readonly outcome: string;
}

export interface TargetRequest {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, or as it is. */
  readonly body?: object | string | Uint8Array;
}

/**
 * A server of the product with its people: the administrator `admin`; in the organization `acme` its owner `olga`, `nora`,
 * who administers the repository `acme/app`, `walt`, who writes to it, and `rita`, who reads it; and `eve`, a stranger with
 * the repository `eve/own`. `acme/app` is private and has the tag `1`.
 */
export interface Target {
  readonly port: number;
  readonly baseUrl: string;
  readonly pool: pg.Pool;
  readonly process: ProductProcess;
  /** The administrator. */
  readonly client: Client;
  /** Digest of the manifest of `acme/app:1`. */
  readonly digest: string;
  /** Sends a request as somebody, by name and password; undefined: as nobody. The path goes out as it is. */
  readonly send: (
    who: string | undefined,
    method: string,
    path: string,
    request?: TargetRequest,
  ) => Promise<TargetAnswer>;
  /** Sends a request to `/v2` with a token of somebody, undefined: of nobody, for what they ask for. */
  readonly registry: (
    who: string | undefined,
    scope: string,
    method: string,
    path: string,
    request?: TargetRequest,
  ) => Promise<TargetAnswer>;
  /** A token of `/auth/token`. */
  readonly token: (who: string | undefined, scope: string) => Promise<string>;
}

export const password = 'correct horse battery';
const people = ['olga', 'nora', 'walt', 'rita', 'eve'];

/** Starts the server, for as long as the test runs. */
export async function startTarget(cleanUp: CleanUp, env: Readonly<Record<string, string>> = {}): Promise<Target> {
  const { url, pool } = await createTestDatabase(cleanUp);
  const registry = await startRegistryProcess(cleanUp, url, {
    HTTP_PROCESSES: '1',
    OUTBOUND_ALLOW_PRIVATE: 'false',
    ...env,
  });
  const { baseUrl, client } = registry;
  const port = Number(new URL(baseUrl).port);
  await pool.query(
    'INSERT INTO accounts.accounts (name, password_hash) SELECT name, $2 FROM unnest($1::text[]) AS name',
    [people, quickPasswordHash(password)],
  );

  const send: Target['send'] = async (who, method, path, { headers = {}, body } = {}) => {
    const secret = who === 'admin' ? registry.password : password;
    const isJson = body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array);
    const sent = isJson ? JSON.stringify(body) : body;
    const answer = await rawRequest(port, method, path, {
      headers: {
        host: new URL(baseUrl).host,
        ...(who !== undefined && { authorization: `Basic ${Buffer.from(`${who}:${secret}`).toString('base64')}` }),
        ...(isJson && { 'content-type': 'application/json' }),
        ...(sent !== undefined && { 'content-length': String(Buffer.byteLength(sent)) }),
        ...headers,
      },
      ...(sent !== undefined && { body: sent }),
    });
    return withJson(answer);
  };
  const token: Target['token'] = async (who, scope) => {
    const query = new URLSearchParams({ service: 'jobrunner', scope });
    const answer = await send(who, 'GET', `/auth/token?${query.toString()}`);
    assert.equal(answer.status, 200, answer.text);
    return (answer.json as { token: string }).token;
  };
  const must = async (method: string, path: string, body: object): Promise<void> => {
    const { status, text } = await send('admin', method, path, { body });
    assert.ok(status < 300, `${method} ${path}: ${status} ${text}`);
  };

  await must('POST', '/enzi/v0/accounts', { name: 'acme', isOrg: true });
  await must('PUT', '/enzi/v0/accounts/acme/members/olga', { isAdmin: true });
  await must('POST', '/api/v0/repositories/acme', { name: 'app', visibility: 'private' });
  await must('POST', '/api/v0/repositories/eve', { name: 'own', visibility: 'private' });
  for (const [team, member, accessLevel] of [
    ['admins', 'nora', 'admin'],
    ['writers', 'walt', 'read-write'],
    ['readers', 'rita', 'read-only'],
  ]) {
    await must('POST', '/enzi/v0/accounts/acme/teams', { name: team });
    await must('PUT', `/enzi/v0/accounts/acme/teams/${team}/members/${member}`, {});
    await must('PUT', `/api/v0/repositories/acme/app/teamAccess/${team}`, { accessLevel });
  }
  const digest = await client.pushImage('acme/app', '1');
  return {
    port,
    baseUrl,
    pool,
    process: registry.process,
    client,
    digest,
    send,
    token,
    registry: async (who, scope, method, path, { headers, ...request } = {}) =>
      send(undefined, method, path, {
        ...request,
        headers: { authorization: `Bearer ${await token(who, scope)}`, ...headers },
      }),
  };
}

function withJson(answer: RawAnswer): TargetAnswer {
  const isJson = answer.headers['content-type']?.startsWith('application/json') ?? false;
  const json: unknown = isJson && answer.text !== '' ? JSON.parse(answer.text) : undefined;
  const [error] = (json as { errors?: { code: string }[] } | undefined)?.errors ?? [];
  return { ...answer, json, outcome: error ? `${answer.status} ${error.code}` : String(answer.status) };
}
