import { spawn } from 'node:child_process';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../local/ports.ts';
import { eventually } from '../e2e/eventually.ts';
import { toolPath } from '../setup/tools.ts';
import type { CleanUp } from './clean-up.ts';
import { endWithProcess } from './end-with-process.ts';

/** A real Prometheus that scrapes every 2 s, and goes by rules once a second. */
export interface TestPrometheus {
  /** Scrapes another host:port as well. */
  addTarget(target: string): Promise<void>;
  /** The names of the alerts that fire now. */
  firing(): Promise<ReadonlySet<string>>;
  /** The values of an expression at this moment. */
  query(expression: string): Promise<number[]>;
}

interface AlertsAnswer {
  readonly data: {
    readonly alerts: readonly { readonly labels: { readonly alertname: string }; readonly state: string }[];
  };
}

interface QueryAnswer {
  readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] };
}

/**
 * Starts Prometheus, and waits until it is ready. It is gone, with its data, after the test.
 *
 * @param options.rules a file of rules, as text
 * @param options.targets host:port of what it scrapes, as the job `jobrunner`
 */
export async function startPrometheus(
  t: CleanUp,
  { rules, targets }: { rules: string; targets: readonly string[] },
): Promise<TestPrometheus> {
  const known = [...targets];
  const folder = await mkdtemp(join(tmpdir(), 'jobrunner-test-prometheus-'));
  const configFile = join(folder, 'prometheus.yml');
  await writeFile(join(folder, 'rules.yml'), rules);
  await writeTargets();
  await writeFile(
    configFile,
    JSON.stringify({
      global: { scrape_interval: '2s', scrape_timeout: '2s', evaluation_interval: '1s' },
      rule_files: ['rules.yml'],
      scrape_configs: [
        { job_name: 'jobrunner', file_sd_configs: [{ files: ['targets.json'], refresh_interval: '1s' }] },
      ],
    }),
  );
  const port = await freePort();
  const server = spawn(
    toolPath('prometheus'),
    [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const exited = new Promise((resolve) => server.once('close', resolve));
  const forget = endWithProcess(() => server.kill('SIGKILL'));
  t.after(async () => {
    server.kill('SIGKILL');
    await exited;
    forget();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  const url = `http://127.0.0.1:${port}`;
  await eventually('Prometheus to be ready', async () => {
    if (server.exitCode !== null) throw new Error(`Prometheus ended with ${server.exitCode}`);
    return fetch(`${url}/-/ready`).then(
      ({ status }) => status === 200,
      () => false,
    );
  });

  async function writeTargets(): Promise<void> {
    const file = join(folder, 'targets.json');
    await writeFile(`${file}.new`, JSON.stringify([{ targets: known }]));
    await rename(`${file}.new`, file);
  }
  async function get<T>(path: string): Promise<T> {
    const answer = await fetch(`${url}/api/v1${path}`);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }
  return {
    addTarget: async (target) => {
      known.push(target);
      await writeTargets();
    },
    firing: async () => {
      const { data } = await get<AlertsAnswer>('/alerts');
      return new Set(data.alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels.alertname));
    },
    query: async (expression) => {
      const { data } = await get<QueryAnswer>(`/query?query=${encodeURIComponent(expression)}`);
      return data.result.map(({ value }) => Number(value[1]));
    },
  };
}
