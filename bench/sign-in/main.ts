// What signing in costs: `npm run bench:sign-in`.
//
// 1. Tokens of `/auth/token` with an access token, a second and processor.
// 2. The check of a token: of one that the process has not seen, and of one that it has.
// 3. Pulls of 1 MB at a steady pace, while others try 1,000 wrong passwords a second from 250 addresses. That load
//    shares the processors with the server; so, in turns, it also goes to a server that only refuses. What the passwords
//    cost is the ratio between the two.
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { createTokenVerifier, registryService } from '../../accounts/tokens/tokens.ts';
import { createVerificationKeys } from '../../accounts/tokens/verification-keys.ts';
import { createPool } from '../../database/pool.ts';
import { createCleanUp } from '../../test/support/clean-up.ts';
import { signIn } from '../registry/client.ts';
import { createConnection, type Connection } from '../registry/connection.ts';
import { createContentSource } from '../registry/content.ts';
import { startJobrunnerTarget, type JobrunnerTarget } from '../registry/jobrunner.ts';
import { runLoad } from '../registry/load.ts';
import { watchProcesses } from '../registry/process-usage.ts';
import { describeMachine } from '../registry/report.ts';
import { median, percentile } from '../registry/statistics.ts';
import { namespace } from '../registry/target.ts';
import { startFlood, startRefusingServer, type Address } from './flood.ts';

const tokenPath = `/auth/token?service=jobrunner&scope=repository:${namespace}/bench:pull,push`;
const blobBytes = 1_000_000;
const pullsPerSecond = 40;
const floodPerSecond = 1_000;
const armMs = 8_000;
const settleMs = 1_000;
// A flood is met with rests that grow; what it costs for good is measured.
const floodSettleMs = 6_000;
const rounds = 5;

await using stack = new AsyncDisposableStack();
const cleanUp = createCleanUp({ after: (close) => stack.defer(() => (close as () => unknown)() as Promise<void>) });
console.log(describeMachine());
const target = await startJobrunnerTarget(cleanUp, 'jobrunner');
const tokens = await measureTokens(target);
await measureVerification(target, tokens);
await measureFlood(target);

/** Gives some of the tokens that it got. */
async function measureTokens(server: JobrunnerTarget): Promise<string[]> {
  const origin = `http://${server.hostname}:${server.port}`;
  const response = await fetch(`${origin}/api/v0/api_tokens?username=admin`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await server.apiToken()}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ tokenLabel: 'bench' }),
  });
  if (!response.ok) throw new Error(`no access token: ${response.status} ${await response.text()}`);
  const { token: accessToken } = (await response.json()) as { token: string };
  const headers = `Authorization: Basic ${Buffer.from(`admin:${accessToken}`).toString('base64')}\r\n`;
  const got: string[] = [];
  const ask = async (connection: Connection): Promise<number> => {
    let text = '';
    const { status, bodyBytes } = await connection.send({
      method: 'GET',
      path: tokenPath,
      headers,
      onBody: (bytes) => (text += Buffer.from(bytes).toString('latin1')),
    });
    if (status !== 200) throw new Error(`/auth/token answered ${status}`);
    if (got.length < 2_000) got.push((JSON.parse(text) as { token: string }).token);
    return bodyBytes;
  };
  const options = { connections: 16, leastPerConnection: 1, maxBytes: Infinity };
  await runLoad(server, ask, { ...options, durationMs: settleMs });
  const usage = watchProcesses(server.pids);
  const load = await runLoad(server, ask, { ...options, durationMs: armMs });
  const count = load.latenciesMs.length;
  const cpuMs = (usage()?.cpuMs ?? Number.NaN) / count;
  console.log(
    `/auth/token: ${rate(count, load.elapsedMs)}/s in all, ${(1_000 / cpuMs).toFixed(0)}/s and processor (limit: 300), ` +
      `p99 ${percentile(load.latenciesMs, 0.99).toFixed(1)} ms, errors ${load.errors}`,
  );
  return got;
}

async function measureVerification({ databaseUrl }: JobrunnerTarget, some: readonly string[]): Promise<void> {
  const pool = createPool({ connectionString: databaseUrl, applicationName: 'bench', onError: console.error });
  cleanUp.after(() => pool.end());
  const verify = createTokenVerifier({
    findKey: createVerificationKeys(pool),
    hasEnded: () => false,
    audience: registryService,
  });
  // The first 200 warm the program up.
  for (const token of some.slice(0, 200)) await verify(token);
  for (const [what, list] of [
    ['not seen before', some.slice(200)],
    ['seen before', some.slice(200)],
  ] as const) {
    const timesMs: number[] = [];
    for (const token of list) {
      const startedMs = performance.now();
      await verify(token);
      timesMs.push(performance.now() - startedMs);
    }
    console.log(
      `check of a token ${what}: p50 ${median(timesMs).toFixed(3)} ms, p99 ${percentile(timesMs, 0.99).toFixed(3)} ms (limit: 0.2)`,
    );
  }
}

async function measureFlood(server: JobrunnerTarget): Promise<void> {
  const client = await signIn(server, 'bench-flood');
  const connection = createConnection(server);
  cleanUp.after(() => connection.close());
  const content = createContentSource(blobBytes)();
  await client.push(connection, content);
  const pull = async (): Promise<void> => {
    await client.ask(connection, { method: 'GET', path: `${client.basePath}/blobs/${content.digest}` }, 200);
  };
  const refusing = await startRefusingServer(cleanUp);
  const arms: readonly { name: string; flood: Address | undefined }[] = [
    { name: 'no load', flood: undefined },
    { name: 'load on a server that refuses', flood: refusing },
    { name: 'load on Jobrunner', flood: server },
  ];
  const medians = new Map<string, number[]>(arms.map(({ name }) => [name, []]));
  const tails = new Map<string, number[]>(arms.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, flood } of arms) {
      const running = flood && startFlood(cleanUp, flood, floodPerSecond);
      await delay(flood ? floodSettleMs : settleMs);
      const timesMs = await pullSteadily(pull);
      medians.get(name)?.push(median(timesMs));
      tails.get(name)?.push(percentile(timesMs, 0.95));
      const outcomes = await running?.stop();
      if (outcomes && round === 0) console.log(`${name}: ${JSON.stringify(outcomes)}`);
    }
  }
  const [none = '', refuses = '', ours = ''] = arms.map(({ name }) => name);
  for (const [what, figures] of [
    ['median', medians],
    ['p95', tails],
  ] as const) {
    const of = (name: string): readonly number[] => figures.get(name) ?? [];
    const ratio = (a: string, b: string): string =>
      median(of(a).map((ms, i) => ms / (of(b)[i] ?? Number.NaN))).toFixed(2);
    console.log(
      `pull of 1 MB, ${what}: ${arms.map(({ name }) => `${name} ${median(of(name)).toFixed(2)} ms`).join(', ')}; ` +
        `the load alone ${ratio(refuses, none)}, the passwords ${ratio(ours, refuses)} (limit: 1.10)`,
    );
  }
}

/** Pulls at a pace that leaves the processors some time, as other users do. Times are from when each was due. */
async function pullSteadily(pull: () => Promise<void>): Promise<number[]> {
  const timesMs: number[] = [];
  const startedMs = performance.now();
  for (let due = startedMs; due < startedMs + armMs; due += 1_000 / pullsPerSecond) {
    await delay(Math.max(0, due - performance.now()));
    const beganMs = Math.max(due, performance.now());
    await pull();
    timesMs.push(performance.now() - beganMs);
  }
  return timesMs;
}

function rate(count: number, elapsedMs: number): string {
  return ((count * 1_000) / elapsedMs).toFixed(0);
}
