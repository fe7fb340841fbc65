import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { temporalBinary } from '../../local/temporal-binary.ts';
import { startTemporal, type TemporalServer } from '../../local/temporal.ts';
import { endWithProcess } from './end-with-process.ts';

/** A Temporal server of one test, which goes on with its data after a crash. */
export interface TestTemporal {
  /** host:port of the frontend; the same for the whole test. */
  readonly address: string;
  readonly namespace: string;
  /** Ends it in good order. */
  stop(): Promise<void>;
  /** Ends it by SIGKILL. Resolves once it has ended. */
  kill(): Promise<void>;
  /** Starts it again, on the same ports and data, after `stop` or `kill`. */
  restart(): Promise<void>;
}

const onProgress = (): void => undefined;

/** Starts a Temporal server with a data folder of its own; both are gone after the test. */
export async function startTestTemporal(
  t: Pick<TestContext, 'after'>,
  options: { settings?: readonly string[] } = {},
): Promise<TestTemporal> {
  const namespace = 'test';
  const dataDir = await mkdtemp(join(tmpdir(), 'jobrunner-test-temporal-'));
  const binary = await temporalBinary({ onProgress });
  const start = (previous?: TemporalServer): Promise<TemporalServer> =>
    startTemporal({
      ...options,
      binary,
      dataDir,
      namespace,
      onProgress,
      ...(previous && { previous }),
    });

  let server = await start();
  const forget = endWithProcess(() => server.kill());
  t.after(async () => {
    await server.stop();
    forget();
    await rm(dataDir, { recursive: true, force: true });
  });
  return {
    address: server.address,
    namespace,
    stop: () => server.stop(),
    async kill() {
      server.kill();
      await server.exited;
    },
    async restart() {
      server = await start(server);
    },
  };
}
