// A thread that takes one request, and dies of it: in place of the one that hashes passwords.
import { parentPort } from 'node:worker_threads';

parentPort?.on('message', () => {
  throw new Error('out of memory');
});
