import './thread-pool.ts';
import { parseArgs } from 'node:util';
import { ConfigError, loadConfig, loopbackHost, type Config } from '../config/load.ts';
import { describeVariables } from '../config/variables.ts';
import { createLogger } from '../log/create-logger.ts';
import { parseRoles, roles, UnknownRoleError, type Role } from './roles.ts';
import { serve, type ServeConfig } from './serve.ts';

const usage = `Usage: npm run serve -- [--roles ${roles.join(',')}]
Plays roles of the registry, with the PostgreSQL and the Temporal that the environment names. SIGTERM stops it.

Options:
  --roles LIST   the roles to play, parted by commas (default: all)
  -h, --help     show this

Environment variables:
${describeVariables()}`;

/** Ends with the exit code: 0 after an orderly stop, 1 where something failed, 2 where it was called wrongly. */
async function main(): Promise<number> {
  let config: ServeConfig;
  let wanted: ReadonlySet<Role>;
  try {
    const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' }, roles: { type: 'string' } } });
    if (values.help) {
      console.log(usage);
      return 0;
    }
    wanted = parseRoles(values.roles ?? roles.join(','));
    config = requireServers(loadConfig(process.env), wanted);
  } catch (error) {
    if (!isMisuse(error)) throw error;
    console.error(error.message);
    return 2;
  }
  const log = createLogger({ level: config.logLevel });
  try {
    const server = await serve(config, wanted, { log, path: undefined });
    if (config.host === loopbackHost) {
      log.info('only this machine can reach it: HOST=0.0.0.0 opens it to others, better behind an NGINX with TLS');
    }
    log.info({ port: server.port, roles: [...wanted], httpProcesses: server.httpProcesses }, 'ready');
    if (server.adminPassword) console.log(`Password of admin, not shown again: ${server.adminPassword}`);
    const signal = await nextSignal();
    log.info({ signal }, 'stopping');
    await server.close();
    log.info('stopped');
    return 0;
  } catch (error) {
    console.error((error as Error).message);
    return 1;
  }
}

function isMisuse(error: unknown): error is Error {
  if (error instanceof ConfigError || error instanceof UnknownRoleError) return true;
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

/** Without the embedded servers of `npm start`, the environment has to name all that the roles need. */
function requireServers(config: Config, wanted: ReadonlySet<Role>): ServeConfig {
  const { databaseUrl, secretKey, temporal } = config;
  const problems: string[] = [];
  if (databaseUrl === undefined) problems.push('DATABASE_URL must be set: "npm start" brings a database of its own');
  if (secretKey === undefined) problems.push('SECRET_KEY must be set: openssl rand -hex 32');
  if (wanted.has('worker') && temporal.address === undefined) {
    problems.push('TEMPORAL_ADDRESS must be set for the role worker: "npm start" brings a Temporal of its own');
  }
  if (databaseUrl === undefined || secretKey === undefined || problems.length > 0) {
    throw new ConfigError(problems.join('\n'));
  }
  const host = config.host ?? loopbackHost;
  return { ...config, host, databaseUrl, secretKey, temporal: { ...temporal, address: temporal.address ?? '' } };
}

function nextSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
}

process.exitCode = await main();
// Temporal's runtime keeps a process alive in which no worker has run, as after a start that failed.
process.exit();
