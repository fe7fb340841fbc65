import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../local/ports.ts';
import type { S3Options } from '../../registry/store/s3-client.ts';
import { toolPath } from '../setup/tools.ts';
import type { CleanUp } from './clean-up.ts';
import { endWithProcess } from './end-with-process.ts';
import { untilListening } from './until-listening.ts';

/** A real S3 server with one bucket, which goes on with its data after a crash. */
export interface TestS3 {
  /** To be given to a client; a copy may have another prefix. */
  readonly options: S3Options;
  readonly port: number;
  /** Folder of the bucket's objects. */
  readonly folder: string;
  /** Ends it by SIGKILL. Resolves once it has ended. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data. */
  restart(): Promise<void>;
}

const bucket = 'blobs';
const startTimeoutMs = 30_000;

/** What a process needs in its environment to be let in by a server of `startTestS3`. */
export const testS3Credentials = { AWS_ACCESS_KEY_ID: 'test-access', AWS_SECRET_ACCESS_KEY: 'test-secret' } as const;

/** Starts versitygw over a folder of its own; both are gone after the test. This process gets the credentials. */
export async function startTestS3(t: CleanUp): Promise<TestS3> {
  Object.assign(process.env, testS3Credentials);
  const root = await mkdtemp(join(tmpdir(), 'jobrunner-test-s3-'));
  const folder = join(root, bucket);
  await mkdir(folder);
  const port = await freePort();
  let server = await start(root, port);
  const forget = endWithProcess(() => server.kill('SIGKILL'));
  async function kill(): Promise<void> {
    const ended = new Promise((resolve) => server.once('close', resolve));
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGKILL');
    await ended;
  }
  t.after(async () => {
    await kill();
    forget();
    await rm(root, { recursive: true, force: true });
  });
  return {
    port,
    folder,
    options: {
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      bucket,
      prefix: '',
      forcePathStyle: true,
    },
    kill,
    async restart() {
      server = await start(root, port);
    },
  };
}

async function start(root: string, port: number): Promise<ChildProcess> {
  const server = spawn(
    toolPath('versitygw'),
    ['--port', `127.0.0.1:${port}`, '--keep-alive', '--quiet', 'posix', root],
    {
      stdio: 'ignore',
      env: {
        ...process.env,
        ROOT_ACCESS_KEY: testS3Credentials.AWS_ACCESS_KEY_ID,
        ROOT_SECRET_KEY: testS3Credentials.AWS_SECRET_ACCESS_KEY,
      },
    },
  );
  await untilListening(server, { name: 'versitygw', port, limitMs: startTimeoutMs });
  return server;
}
