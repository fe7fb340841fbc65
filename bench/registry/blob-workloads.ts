import { createHash } from 'node:crypto';
import { signIn } from './client.ts';
import { createConnection } from './connection.ts';
import { type Content, createContentSource } from './content.ts';
import type { Operation } from './load.ts';
import type { Target } from './target.ts';
import type { Workload } from './workload.ts';

const megabyte = 1_000_000;
const sizesBytes = [1 * megabyte, 10 * megabyte, 100 * megabyte];
const chunkBytes = 5 * megabyte;
const repository = 'bench-blobs';
const blobsPulled = 4;
const pullsInFour = 3;

/** Pushes, pulls, and both at once, of blobs of 1, 10 and 100 MB. */
export const blobWorkloads: readonly Workload[] = [
  ...sizesBytes.map(push),
  ...sizesBytes.map(pushChunked),
  ...sizesBytes.map(pull),
  ...sizesBytes.slice(0, 2).map(mixed),
];

function nameOf(sizeBytes: number): string {
  return `${sizeBytes / megabyte}mb`;
}

function push(sizeBytes: number): Workload {
  return {
    name: `push-${nameOf(sizeBytes)}`,
    kind: 'blob',
    prepare: async (target) => pushOperation(target, sizeBytes),
  };
}

function pushOperation(target: Target, sizeBytes: number): () => Promise<Operation> {
  const next = createContentSource(sizeBytes);
  return async () => {
    const client = await signIn(target, repository);
    return async (connection) => {
      await client.push(connection, next());
      return sizeBytes;
    };
  };
}

function pushChunked(sizeBytes: number): Workload {
  return {
    name: `push-chunked-${nameOf(sizeBytes)}`,
    kind: 'blob',
    prepare: async (target) => {
      const next = createContentSource(sizeBytes);
      return async () => {
        const client = await signIn(target, repository);
        return async (connection) => {
          await client.pushChunked(connection, next(), chunkBytes);
          return sizeBytes;
        };
      };
    },
  };
}

function pull(sizeBytes: number): Workload {
  return {
    name: `pull-${nameOf(sizeBytes)}`,
    kind: 'blob',
    prepare: (target) => pullOperation(target, sizeBytes),
  };
}

async function pullOperation(target: Target, sizeBytes: number): Promise<() => Promise<Operation>> {
  const next = createContentSource(sizeBytes);
  const blobs = Array.from({ length: blobsPulled }, next);
  const client = await signIn(target, repository);
  const connection = createConnection(target);
  try {
    for (const blob of blobs) {
      await client.push(connection, blob);
      const hash = createHash('sha256');
      const path = `${client.basePath}/blobs/${blob.digest}`;
      await client.ask(connection, { method: 'GET', path, onBody: (bytes) => hash.update(bytes) }, 200);
      if (`sha256:${hash.digest('hex')}` !== blob.digest) throw new Error(`${target.name} gives other bytes back`);
    }
  } finally {
    connection.close();
  }
  return async () => {
    const signedIn = await signIn(target, repository);
    let turn = 0;
    return async (connection) => {
      const { digest } = blobs[turn++ % blobs.length] as Content;
      const { bodyBytes } = await signedIn.ask(
        connection,
        { method: 'GET', path: `${signedIn.basePath}/blobs/${digest}` },
        200,
      );
      if (bodyBytes !== sizeBytes) throw new Error(`a pull gave ${bodyBytes} of ${sizeBytes} bytes`);
      return bodyBytes;
    };
  };
}

function mixed(sizeBytes: number): Workload {
  return {
    name: `mixed-${nameOf(sizeBytes)}`,
    kind: 'blob',
    prepare: async (target) => {
      const signInToPush = pushOperation(target, sizeBytes);
      const signInToPull = await pullOperation(target, sizeBytes);
      return async () => {
        const pushOne = await signInToPush();
        const pullOne = await signInToPull();
        let turn = 0;
        return (connection) => (turn++ % (pullsInFour + 1) === 0 ? pushOne : pullOne)(connection);
      };
    },
  };
}
