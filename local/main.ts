import '../server/thread-pool.ts';
import { parseArgs } from 'node:util';
import { ConfigError, loadConfig, type Config } from '../config/load.ts';
import { describeVariables, variables } from '../config/variables.ts';
import { giveUpRoot } from './give-up-root.ts';
import { watchStopSignals } from './stop-signals.ts';

const usage = `Usage: npm start -- [--nginx]
Runs the registry with all that it needs on this machine. Ctrl-C stops it.

Options:
  --nginx      put this machine's NGINX in front: for TLS, and to send blobs faster
  -h, --help   show this

Environment variables:
${describeVariables()}`;

/** Ends with the exit code: 0 after an orderly stop, 1 where something failed, 2 where it was called wrongly. */
async function main(): Promise<number> {
  let flags: { help?: boolean; nginx?: boolean };
  try {
    flags = parseArgs({ options: { help: { type: 'boolean', short: 'h' }, nginx: { type: 'boolean' } } }).values;
  } catch (error) {
    console.error(`${(error as Error).message.split('. ')[0]}: --help tells what there is`);
    return 2;
  }
  if (flags.help) {
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
  const withNginx = flags.nginx ?? false;
  if (config.tls && !withNginx) {
    console.error('TLS_CERT_FILE and TLS_KEY_FILE are for NGINX: start with --nginx, or unset them');
    return 2;
  }
  // Nobody but this user reads data, secrets and logs.
  process.umask(0o077);
  const signals = watchStopSignals({
    onStop: () => console.log('stopping'),
    onInsist: () => process.exit(1),
  });
  try {
    await giveUpRoot({
      config,
      onProgress: (message) => console.log(`  ${message}`),
      warn: (message) => console.error(message),
      signal: signals.stop,
    });
  } catch (error) {
    console.error((error as Error).message);
    return 1;
  }
  forgetSecrets();
  // Loaded now, for root has become another program by then, and would have loaded it in vain.
  const { run } = await import('./run.ts');
  return run(config, { withNginx, signals });
}

/** What has been read: children would be given it as well. */
function forgetSecrets(): void {
  for (const [name, { isSecret }] of Object.entries(variables)) if (isSecret) delete process.env[name];
}

process.exitCode = await main();
process.exit();
