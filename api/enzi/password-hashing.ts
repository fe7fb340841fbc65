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

const pending = new Map<number, Pending>();
let thread: Worker | undefined;
let lastId = 0;

/**
 * Stretches a password by scrypt (RFC 7914), in a thread of its own that gives way to all else: whoever has passwords
 * checked, rightly or not, takes little from pulls and pushes. The thread is started by the first call, and keeps no
 * process alive by itself.
 *
 * @returns the key, of `keyBytes` bytes
 * @throws Error where the cost makes no sense, or the thread has ended meanwhile: the next call starts another one
 */
export function deriveKey(password: string, salt: Uint8Array, keyBytes: number, cost: HashCost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const worker = (thread ??= startThread());
    const id = ++lastId;
    pending.set(id, { resolve, reject });
    worker.ref();
    const request: HashRequest = { id, password, salt, keyBytes, ...cost };
    worker.postMessage(request);
  });
}

function startThread(): Worker {
  const worker = new Worker(new URL('./password-thread.ts', import.meta.url), {
    name: 'passwords',
    execArgv: [],
    env: {},
  });
  worker.unref();
  worker.on('message', (answer: HashAnswer) => {
    const asked = pending.get(answer.id);
    pending.delete(answer.id);
    if (pending.size === 0) worker.unref();
    if ('key' in answer) asked?.resolve(Buffer.from(answer.key));
    else asked?.reject(new Error(`the password was not hashed: ${answer.problem}`));
  });
  const end = (error: Error): void => {
    if (thread === worker) thread = undefined;
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
  };
  worker.on('error', end);
  worker.on('exit', (code) => end(new Error(`the thread that hashes passwords ended with ${code}`)));
  return worker;
}
