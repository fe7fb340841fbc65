import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from '../../local/ports.ts';
import { postgresUser } from '../../local/postgres-user.ts';
import type { RunResult } from '../../local/process.ts';
import { run } from '../../local/process.ts';
import { toolPath } from '../setup/tools.ts';
import type { CleanUp } from './clean-up.ts';
import { endWithProcess } from './end-with-process.ts';

/** The PostgreSQL of this machine's distribution: older than the embedded one, and with the tools that come with it. */
export interface SystemPostgres {
  urlOf(database: string): string;
  /**
   * Runs a program of it, such as pg_dump.
   *
   * @throws Error with what it said, where it fails
   */
  tool(name: string, ...args: readonly string[]): Promise<void>;
}

/** Starts a server that forgets everything at its end, which is that of the test. */
export async function startSystemPostgres(t: CleanUp): Promise<SystemPostgres> {
  // Where the others are too: a link to one of them may lie elsewhere.
  const binaries = dirname(await realpath(toolPath('initdb')));
  const folder = await mkdtemp(join(tmpdir(), 'jobrunner-test-system-postgres-'));
  const user = await postgresUser([binaries, folder]);
  await user.own(folder);
  const control = (...args: readonly string[]): Promise<RunResult> =>
    user.run(join(binaries, 'pg_ctl'), [`--pgdata=${folder}`, '--wait', ...args]);
  const initialize = ['--auth=trust', '--username=jobrunner', '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'];
  must('initdb', await user.run(join(binaries, 'initdb'), [`--pgdata=${folder}`, ...initialize]));
  const port = await freePort();
  const settings = ['listen_addresses=127.0.0.1', `port=${port}`, "unix_socket_directories=''", 'fsync=off'];
  const options = settings.map((setting) => `-c ${setting}`).join(' ');
  must('pg_ctl', await control('start', `--log=${join(folder, 'log')}`, `--options=${options}`));
  const stop = (): void => void control('stop', '--mode=immediate');
  const forget = endWithProcess(stop);
  t.after(async () => {
    await control('stop', '--mode=immediate');
    forget();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    urlOf: (database) => `postgres://jobrunner@127.0.0.1:${port}/${database}`,
    tool: async (name, ...args) => must(name, await run(join(binaries, name), args)),
  };
}

function must(name: string, { code, stderr }: RunResult): void {
  if (code !== 0) throw new Error(`${name} failed: ${stderr}`);
}
