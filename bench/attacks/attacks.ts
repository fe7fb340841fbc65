import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import {
  atPace,
  attackerAddress,
  authorizationOf,
  createAttacker,
  untilAborted,
  type Attack,
  type AttackTarget,
} from './attack-target.ts';

const json = { 'content-type': 'application/json' };
const connectionCount = 100;
const slowConnections = 2_000;
const webhookCount = 200;
const passwordAddresses = 250;
const formBytes = 1_000_000;

/** Each is what somebody outside, or a user without rights, can send. The names are arguments of the bench. */
export const attacks = {
  /** A list of 40,000 distinct words, two at once, as long as they are answered. */
  'large-forms': async (target, signal, count) => {
    const attacker = createAttacker(target, attackerAddress(0), 2);
    const headers = { ...json, authorization: authorizationOf(target.attacker.name, target.attacker.password) };
    const actions = Array.from({ length: 40_000 }, (_, index) => `action-${index}`);
    const permissions = [{ repository: `${target.attacker.name}/*`, actions }];
    const body = JSON.stringify({ name: 'x', namespace: target.attacker.name, permissions });
    await atPace(
      2,
      signal,
      () => void note(attacker.send({ method: 'POST', path: '/api/v0/robots', headers, body }), count),
    );
    attacker.close();
  },

  /** A form with very many unknown properties, over connections that read no answer. */
  'unread-answers': (target, signal, count) => {
    let body = '{';
    for (let index = 0; body.length < formBytes - 20; index++) body += `${index === 0 ? '' : ','}"p${index}":1`;
    body += '}';
    const head = headOf(target, 'POST', '/enzi/v0/login', body.length);
    return holdConnections(target, signal, connectionCount, 4, (socket) => {
      socket.pause();
      socket.write(head + body);
      count('sent');
    });
  },

  /** As many subscriptions as one may have, whose receiver asks for a later try, and a push every 2 s. */
  'failing-webhooks': async (target, signal, count) => {
    const receiver = createServer((request, response) => {
      request.resume();
      response.writeHead(503, { 'retry-after': '999999999' }).end();
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
    const attacker = createAttacker(target, attackerAddress(0));
    const headers = { ...json, authorization: authorizationOf(target.attacker.name, target.attacker.password) };
    const key = target.attacker.name;
    for (let index = 0; index < webhookCount && !signal.aborted; index++) {
      const body = JSON.stringify({ type: 'TAG_PUSH', key, endpoint: `${endpoint}/${index}` });
      const { status } = await attacker.send({ method: 'POST', path: '/api/v0/webhooks', headers, body });
      count(String(status));
      if (status >= 400) break;
    }
    await atPace(0.5, signal, () => void note(pushTag(target, attacker), count));
    attacker.close();
    receiver.closeAllConnections();
    receiver.close();
  },

  /** Repositories, uploads, webhooks and access tokens without end. */
  'endless-creation': async (target, signal, count) => {
    const { name, password } = target.attacker;
    const authorization = authorizationOf(name, password);
    const attacker = createAttacker(target, attackerAddress(0));
    const token = await registryToken(target, attacker, `repository:${name}/made:pull,push`);
    const make: readonly (() => Parameters<typeof attacker.send>[0])[] = [
      () => ({ method: 'POST', path: `/api/v0/repositories/${name}`, body: `{"name":"${randomName()}"}` }),
      () => ({
        method: 'POST',
        path: `/v2/${name}/made/blobs/uploads/`,
        headers: { authorization: `Bearer ${token}` },
      }),
      () => ({
        method: 'POST',
        path: '/api/v0/webhooks',
        body: JSON.stringify({ type: 'TAG_PUSH', key: name, endpoint: 'https://192.0.2.1/hook' }),
      }),
      () => ({ method: 'POST', path: '/api/v0/api_tokens', body: `{"tokenLabel":"${randomName()}"}` }),
    ];
    await Promise.all(
      make.map(async (next) => {
        while (!signal.aborted) {
          const request = next();
          const headers = { authorization, ...(request.body !== undefined && json), ...request.headers };
          await note(attacker.send({ ...request, headers }), count);
        }
      }),
    );
    attacker.close();
  },

  /** Nine requests for a token a second, each with as many scopes as a URL holds. */
  'many-scopes': async (target, signal, count) => {
    const attacker = createAttacker(target, attackerAddress(0), 16);
    // Several scopes may share a parameter, which saves the most of a URL.
    const scopes = Array.from({ length: 890 }, (_, index) => `repository:a/${index.toString(36)}:*`);
    const parts = Array.from({ length: 5 }, (_, index) => scopes.slice(index * 178, (index + 1) * 178).join('+'));
    const path = `/auth/token?service=jobrunner&scope=${parts.join('&scope=')}`;
    await atPace(9, signal, () => void note(attacker.send({ method: 'GET', path }), count));
    attacker.close();
  },

  /** A hundred requests a second with long URLs, whose client goes away at once. */
  'aborted-requests': (target, signal, count) => {
    const head = headOf(target, 'POST', `/v2/${'a'.repeat(14_000)}/blobs/uploads/`, 100_000);
    let sent = 0;
    return atPace(100, signal, () => {
      const socket = openSocket(target, attackerAddress(sent++ % 8));
      socket.write(`${head}x`, () => {
        socket.destroy();
        count('cut');
      });
    });
  },

  /** 2,000 bodies that never end, over connections from 40 addresses, to API, token service and registry. */
  'slow-bodies': (target, signal, count) => {
    const paths = ['/enzi/v0/login', '/auth/token', '/v2/x/y/blobs/uploads/'];
    let opened = 0;
    return holdConnections(target, signal, slowConnections, 40, (socket) => {
      const path = paths[opened++ % paths.length] ?? '';
      const head = headOf(target, 'POST', path, 60_000);
      const typed =
        path === '/auth/token' ? head.replace('application/json', 'application/x-www-form-urlencoded') : head;
      socket.write(`${typed}{`);
      const timer = setInterval(() => socket.write(' '), 5_000);
      socket.on('close', () => clearInterval(timer)).on('data', () => undefined);
      count('opened');
    });
  },

  /** 200 wrong passwords a second for the victim and for others, from 250 addresses. */
  'wrong-passwords': async (target, signal, count) => {
    const attackers = Array.from({ length: passwordAddresses }, (_, i) =>
      createAttacker(target, attackerAddress(i), 1),
    );
    let sent = 0;
    await atPace(200, signal, () => {
      const name = sent % 2 === 0 ? target.victim : `user-${sent % 500}`;
      const headers = { authorization: authorizationOf(name, randomName()) };
      const attacker = attackers[sent++ % attackers.length];
      if (attacker) void note(attacker.send({ method: 'GET', path: '/auth/token?service=jobrunner', headers }), count);
    });
    for (const attacker of attackers) attacker.close();
  },
} as const satisfies Readonly<Record<string, Attack>>;

export type AttackName = keyof typeof attacks;

export const attackNames = Object.keys(attacks) as readonly AttackName[];

async function note(answer: Promise<{ status: number }>, count: (outcome: string) => void): Promise<void> {
  await answer.then(
    ({ status }) => count(String(status)),
    (error: NodeJS.ErrnoException) => count(error.code ?? error.message),
  );
}

/** Keeps so many connections open from so many addresses; one that the server closes is opened again a second later. */
async function holdConnections(
  target: AttackTarget,
  signal: AbortSignal,
  count: number,
  addresses: number,
  onOpen: (socket: Socket) => void,
): Promise<void> {
  const hold = async (index: number): Promise<void> => {
    while (!signal.aborted) {
      const socket = openSocket(target, attackerAddress(index % addresses));
      const end = (): void => void socket.destroy();
      signal.addEventListener('abort', end, { once: true });
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.once('connect', () => onOpen(socket));
      await closed;
      signal.removeEventListener('abort', end);
      await delay(1_000, undefined, { signal }).catch(() => undefined);
    }
  };
  await Promise.all([...Array.from({ length: count }, (_, index) => hold(index)), untilAborted(signal)]);
}

function openSocket({ hostname, port }: AttackTarget, localAddress: string): Socket {
  // What the server does to it is what is measured, and no error of the attacker.
  return connect({ host: hostname, port, localAddress }).on('error', () => undefined);
}

function headOf({ hostname, port }: AttackTarget, method: string, path: string, bodyBytes: number): string {
  return (
    `${method} ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: application/json\r\n` +
    `Content-Length: ${bodyBytes}\r\n\r\n`
  );
}

function randomName(): string {
  return randomBytes(8).toString('hex');
}

async function registryToken(
  { attacker: { name, password } }: AttackTarget,
  attacker: ReturnType<typeof createAttacker>,
  scope: string,
): Promise<string> {
  const { text } = await attacker.send({
    method: 'GET',
    path: `/auth/token?service=jobrunner&scope=${scope}`,
    headers: { authorization: authorizationOf(name, password) },
  });
  return (JSON.parse(text) as { token: string }).token;
}

/** Puts a small manifest without layers under a new tag. */
async function pushTag(target: AttackTarget, attacker: ReturnType<typeof createAttacker>): Promise<{ status: number }> {
  const repository = `${target.attacker.name}/hooked`;
  const token = await registryToken(target, attacker, `repository:${repository}:pull,push`);
  const body = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [],
    annotations: { note: randomName() },
  });
  return attacker.send({
    method: 'PUT',
    path: `/v2/${repository}/manifests/${randomName()}`,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/vnd.oci.image.index.v1+json' },
    body,
  });
}
