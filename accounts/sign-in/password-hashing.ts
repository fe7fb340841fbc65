import { Worker } from 'node:worker_threads';

/** How costly a hash is made (RFC 7914, section 2). */
export interface HashCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** What the thread is asked for. */
export interface HashRequest extends HashCost {
  readonly id: number;
  readonly password: string;
  readonly salt: Uint8Array;
  readonly keyBytes: number;
}

/** What it answers: a key, or why there is none. */
export type HashAnswer = { readonly id: number } & ({ readonly key: Uint8Array } | { readonly problem: string });

interface Pending {
  readonly resolve: (key: Buffer) => void;
  readonly reject: (error: Error) => void;
}

/** A thread, and what it has been asked for. */
interface Thread {
  readonly derive: (request: Omit<HashRequest, 'id'>) => Promise<Buffer>;
}

let thread: Thread | undefined;

/**
 * Stretches a password by scrypt (RFC 7914), in a thread of its own that gives way to all else: whoever has passwords
 * checked, rightly or not, takes little from pulls and pushes. The thread is started by the first call, and keeps no
 * process alive by itself.
 *
 * @returns the key, of `keyBytes` bytes
 * @throws Error where the cost makes no sense, or the thread has ended meanwhile: the next call starts another one
 */
export function deriveKey(password: string, salt: Uint8Array, keyBytes: number, cost: HashCost): Promise<Buffer> {
  thread ??= startThread((ended) => {
    if (thread === ended) thread = undefined;
  });
  return thread.derive({ password, salt, keyBytes, ...cost });
}

/**
 * Starts a thread that hashes passwords.
 *
 * @param onEnd is told that the thread takes nothing any more, once or twice
 * @param program what runs in it, for tests
 */
export function startThread(
  onEnd: (ended: Thread) => void,
  program = new URL('./password-thread.ts', import.meta.url),
): Thread {
  const worker = new Worker(program, { name: 'passwords', execArgv: [], env: {} });
  const pending = new Map<number, Pending>();
  let lastId = 0;
  const started: Thread = {
    derive: (request) =>
      new Promise((resolve, reject) => {
        const id = ++lastId;
        pending.set(id, { resolve, reject });
        worker.ref();
        worker.postMessage({ id, ...request } satisfies HashRequest);
      }),
  };
  const end = (error: Error): void => {
    onEnd(started);
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
  };
  worker.unref();
  worker.on('message', (answer: HashAnswer) => {
    const asked = pending.get(answer.id);
    pending.delete(answer.id);
    if (pending.size === 0) worker.unref();
    if ('key' in answer) asked?.resolve(Buffer.from(answer.key));
    else asked?.reject(new Error(`the password was not hashed: ${answer.problem}`));
  });
  worker.on('error', end);
  worker.on('exit', (code) => end(new Error(`the thread that hashes passwords ended with ${code}`)));
  return started;
}
