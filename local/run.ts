import { randomBytes } from 'node:crypto';
import { everyHost, loopbackHost, temporalUiPath, type Config } from '../config/load.ts';
import { roles } from '../server/roles.ts';
import { serve, type RunningServer } from '../server/serve.ts';
import { createLogger, type ProcessLogger } from '../log/create-logger.ts';
import { loadOrCreateSecret, openDataFolder } from './data-folder.ts';
import { openLogFile, rotateLogs } from './log-file.ts';
import { runNginx, type NginxFront } from './nginx-front.ts';
import { endLeftoverNginx, requireNginx } from './nginx.ts';
import { assertCanListen, freePort } from './ports.ts';
import { createProgress } from './progress.ts';
import { startStack, type Stack } from './stack.ts';
import type { StopSignals } from './stop-signals.ts';

export interface RunOptions {
  /** Whether this machine's NGINX is in front. */
  readonly withNginx: boolean;
  readonly signals: StopSignals;
}

/**
 * Runs the registry with all that it needs on this machine, until it is told to stop.
 *
 * @returns the exit code: 0 after an orderly stop, 1 where something failed, which a person has been told
 */
export async function run(config: Config, { withNginx, signals }: RunOptions): Promise<number> {
  const startedMs = performance.now();
  let stack: Stack | undefined;
  let nginx: NginxFront | undefined;
  // Whatever ends this process, its servers end with it.
  process.once('exit', () => {
    nginx?.kill();
    stack?.kill();
  });

  let log: ProcessLogger | undefined;
  const warn = (message: string): void => {
    console.error(message);
    log?.warn({}, message);
  };

  await using cleanUp = new AsyncDisposableStack();
  try {
    if (signals.stop.aborted) return 0;
    if (withNginx) await requireNginx();
    const folder = await openDataFolder(config.dataDir);
    cleanUp.defer(() => folder.release());
    if (await endLeftoverNginx(folder.path)) console.log('ended an NGINX that was left behind');
    const host = config.host ?? (config.tls ? everyHost : loopbackHost);
    await assertCanListen(config.port, host);
    const secretKey = config.secretKey ?? Buffer.from(await loadOrCreateSecret(folder.path, 'secret-key', 32), 'hex');

    const { path } = await openLogFile(folder.path, 'jobrunner');
    log = createLogger({ level: config.logLevel, path });
    const rotation = rotateLogs(folder.path, {
      onError: (error) => warn(`a log cannot be set aside: ${error.message}`),
    });
    cleanUp.defer(() => rotation.stop());

    const progress = createProgress((line) => console.log(line));
    const started = await startStack({ config, progress, log: warn, signal: signals.stop });
    stack = started;
    cleanUp.defer(async () => {
      await started.stop();
      stack = undefined;
    });
    if (signals.stop.aborted) return 0;

    const { databaseUrl, temporalAddress, temporalUiUrl } = started;
    const temporal = { ...config.temporal, address: temporalAddress };
    const serveLog = { log, path };
    const behind = withNginx
      ? { host: loopbackHost, port: await freePort(), nginxSecret: randomBytes(32).toString('hex') }
      : undefined;
    const server = await progress.step('registry, API and workers', () =>
      serve({ ...config, host, ...behind, databaseUrl, secretKey, temporal, temporalUiUrl }, new Set(roles), serveLog),
    );
    // What goes through NGINX is under way in both.
    cleanUp.defer(() => Promise.all([nginx?.stop(), server.close()]).then(() => undefined));
    if (signals.stop.aborted) return 0;
    if (behind) {
      nginx = await progress.step('NGINX', () =>
        runNginx({
          dataDir: folder.path,
          host,
          port: config.port,
          tls: config.tls,
          maxConnectionsPerAddress: config.maxConnectionsPerAddress,
          upstream: `${behind.host}:${behind.port}`,
          secret: behind.nginxSecret,
          stopGraceMs: config.shutdownGraceMs,
          log: warn,
        }),
      );
    }
    if (signals.stop.aborted) return 0;

    console.log(
      describeReady(server, started, { startMs: performance.now() - startedMs, logPath: path, config, host }),
    );
    await signals.stopped;
    return 0;
  } catch (error) {
    if (signals.stop.aborted) return 0;
    log?.error({ err: error }, 'start failed');
    console.error((error as Error).message);
    return 1;
  }
}

function describeReady(
  server: RunningServer,
  stack: Stack,
  { startMs, logPath, config, host: listens }: { startMs: number; logPath: string; config: Config; host: string },
): string {
  const { host } = new URL(server.publicUrl);
  const rows = [
    ['Registry', `${server.publicUrl}/v2/`],
    ['API', `${server.publicUrl}/api/v0/`],
    ['Open to', isLoopback(listens) ? 'this machine alone; to others with HOST=0.0.0.0, better behind TLS' : undefined],
    ['Temporal UI', stack.temporalUiUrl && `${server.publicUrl}${temporalUiPath}/`],
    ['Metrics', server.metricsPort && `http://${config.metricsHost}:${server.metricsPort}/metrics`],
    ['Log', logPath],
    ['Log in', `docker login ${host} -u admin`],
    ['Password', server.adminPassword && `${server.adminPassword}   (of admin; it is not shown again)`],
  ] as const;
  const lines = rows.flatMap(([name, text]) => (text === undefined ? [] : [`  ${name.padEnd(12)} ${text}`]));
  return ['', `Ready after ${(startMs / 1000).toFixed(1)} s. Ctrl-C stops it.`, ...lines, ''].join('\n');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
