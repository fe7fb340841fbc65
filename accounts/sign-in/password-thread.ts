// The thread in which passwords are hashed (password-hashing.ts).
import { scryptSync } from 'node:crypto';
import { getPriority, setPriority } from 'node:os';
import { platform } from 'node:process';
import { parentPort } from 'node:worker_threads';
import type { HashAnswer, HashRequest } from './password-hashing.ts';

// Of a processor that others want too, it gets a quarter. In Linux alone a thread has a niceness of its own
// (setpriority(2), "C library/kernel differences").
const niceness = 5;
const lowestPriority = 19;
if (platform === 'linux') giveWay();

parentPort?.on('message', (request: HashRequest) => parentPort?.postMessage(answer(request)));

function giveWay(): void {
  try {
    setPriority(Math.min(lowestPriority, getPriority() + niceness));
  } catch {
    // A sandbox may forbid it. Passwords are then checked as fast as all else goes.
  }
}

function answer({ id, password, salt, keyBytes, N, r, p }: HashRequest): HashAnswer {
  try {
    return { id, key: scryptSync(password, salt, keyBytes, { N, r, p, maxmem: 256 * N * r }) };
  } catch (error) {
    return { id, problem: error instanceof Error ? error.message : String(error) };
  }
}
