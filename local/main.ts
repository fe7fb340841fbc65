import { parseArgs } from 'node:util';
import { ConfigError, loadConfig, type Config } from '../config/load.ts';
import { describeVariables } from '../config/variables.ts';
import { roles } from '../server/roles.ts';
import { serve, type RunningServer } from '../server/serve.ts';
import { createLogger, type Logger } from '../telemetry/logger.ts';
import { loadOrCreateSecret, openDataFolder } from './data-folder.ts';
import { openLogFile } from './log-file.ts';
import { assertCanListen } from './ports.ts';
import { createProgress } from './progress.ts';
import { startStack, type Stack } from './stack.ts';
import { watchStopSignals } from './stop-signals.ts';

const usage = `Usage: npm start
Runs the registry with all that it needs on this machine. Ctrl-C stops it.

Environment variables:
${describeVariables()}`;

/** Ends with the exit code: 0 after an orderly stop, 1 where something failed, 2 where it was called wrongly. */
async function main(): Promise<number> {
  let wantsHelp: boolean | undefined;
  try {
    wantsHelp = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } }).values.help;
  } catch (error) {
    console.error(`${(error as Error).message.split('. ')[0]}: --help tells what there is`);
    return 2;
  }
  if (wantsHelp) {
    console.log(usage);
    return 0;
  }
  let config: Config;
  try {
    config = loadConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    return 2;
  }
  return run(config);
}

async function run(config: Config): Promise<number> {
  const startedMs = performance.now();
  let stack: Stack | undefined;
  const signals = watchStopSignals({
    onStop: () => console.log('stopping'),
    onInsist: () => process.exit(1),
  });
  // Whatever ends this process, its servers end with it.
  process.once('exit', () => stack?.kill());

  let log: Logger | undefined;
  const warn = (message: string): void => {
    console.error(message);
    log?.warn(message);
  };

  await using cleanUp = new AsyncDisposableStack();
  try {
    await assertCanListen(config.port, config.host);
    const folder = await openDataFolder(config.dataDir);
    cleanUp.defer(() => folder.release());
    const secretKey = config.secretKey ?? Buffer.from(await loadOrCreateSecret(folder.path, 'secret-key', 32), 'hex');

    const { path } = await openLogFile(folder.path, 'jobrunner');
    log = createLogger({ level: config.logLevel, path });

    const progress = createProgress((line) => console.log(line));
    const started = await startStack({ config, progress, log: warn, signal: signals.stop });
    stack = started;
    cleanUp.defer(async () => {
      await started.stop();
      stack = undefined;
    });
    if (signals.stop.aborted) return 0;

    const { databaseUrl, temporalAddress } = started;
    const temporal = { ...config.temporal, address: temporalAddress };
    const serveLog = { log, path };
    const server = await progress.step('registry, API and workers', () =>
      serve({ ...config, databaseUrl, secretKey, temporal }, new Set(roles), serveLog),
    );
    cleanUp.defer(() => server.close());
    if (signals.stop.aborted) return 0;

    console.log(describeReady(server, started, { startMs: performance.now() - startedMs, logPath: path }));
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
  { startMs, logPath }: { startMs: number; logPath: string },
): string {
  const { host } = new URL(server.publicUrl);
  const rows = [
    ['Registry', `${server.publicUrl}/v2/`],
    ['API', `${server.publicUrl}/api/v0/`],
    ['Temporal UI', stack.temporalUiUrl],
    ['Log', logPath],
    ['Log in', `docker login ${host} -u admin`],
    ['Password', server.adminPassword && `${server.adminPassword}   (of admin; it is not shown again)`],
  ] as const;
  const lines = rows.flatMap(([name, text]) => (text === undefined ? [] : [`  ${name.padEnd(12)} ${text}`]));
  return ['', `Ready after ${(startMs / 1000).toFixed(1)} s. Ctrl-C stops it.`, ...lines, ''].join('\n');
}

process.exitCode = await main();
process.exit();
