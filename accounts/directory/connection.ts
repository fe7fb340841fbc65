import { connect as connectSocket, isIP, type Socket } from 'node:net';
import { connect as connectSecurely, type ConnectionOptions } from 'node:tls';
import { Client, InvalidCredentialsError, ResultCodeError } from 'ldapts';
import type { LdapConfig } from '../../config/load.ts';
import { DirectoryUnavailableError } from './errors.ts';

const connectTimeoutMs = 5_000;
const operationTimeoutMs = 10_000;

/**
 * Opens a connection to the directory, with TLS where the configuration wants it, bound as the account that searches.
 *
 * @param signal ends the connection, and whatever waits for it
 * @throws DirectoryUnavailableError
 */
export async function openConnection(config: LdapConfig, signal: AbortSignal): Promise<DirectoryConnection> {
  const { hostname, protocol } = new URL(config.url);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const tls: ConnectionOptions = {
    host,
    ...(!isIP(host) && { servername: host }),
    ...(config.ca !== undefined && { ca: config.ca }),
  };
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => undefined);
  const client = new Client({
    url: config.url,
    timeout: operationTimeoutMs,
    connectTimeout: connectTimeoutMs,
    ...(protocol === 'ldaps:' && { tlsOptions: tls }),
    // The library would connect anew when a connection breaks, and go on without TLS and as nobody.
    createConnection: once(connectSocket, broken.reject),
    createSecureConnection: once(connectSecurely, broken.reject),
  });
  const connection = wrap(client, broken.promise, signal);
  try {
    if (config.startTls) await connection.use((each) => each.startTLS(tls));
    await bindToSearch(connection, config);
    return connection;
  } catch (error) {
    await connection.close();
    if (!(error instanceof ResultCodeError)) throw error;
    throw new DirectoryUnavailableError(`the directory does not take LDAP_START_TLS: ${error.message}`, {
      cause: error,
    });
  }
}

/**
 * Makes a connection that of the account that searches; without one in the configuration, nobody's.
 *
 * @throws DirectoryUnavailableError
 */
export async function bindToSearch(
  connection: DirectoryConnection,
  { bindDn = '', bindPassword = '' }: LdapConfig,
): Promise<void> {
  try {
    await connection.use((client) => client.bind(bindDn, bindPassword));
  } catch (error) {
    if (!(error instanceof ResultCodeError)) throw error;
    const isWrong = error instanceof InvalidCredentialsError;
    const what = isWrong ? 'LDAP_BIND_DN or LDAP_BIND_PASSWORD is wrong' : error.message;
    throw new DirectoryUnavailableError(`the directory does not let this server in: ${what}`, { cause: error });
  }
}

/** One connection. It never becomes another one: once it breaks, everything fails. */
export interface DirectoryConnection {
  /**
   * Asks the directory something.
   *
   * @throws ResultCodeError where the directory says no; DirectoryUnavailableError where it does not answer
   */
  readonly use: <T>(ask: (client: Client) => Promise<T>) => Promise<T>;
  readonly close: () => Promise<void>;
}

function wrap(client: Client, broken: Promise<never>, signal: AbortSignal): DirectoryConnection {
  let isBroken = false;
  const ended = broken.catch(() => void (isBroken = true));
  // The library would wait for the answer of a connection that is gone.
  const close = async (): Promise<void> => {
    if (!isBroken) await Promise.race([client.unbind().catch(() => undefined), ended]);
  };
  return {
    close,
    use: async (ask) => {
      const stopped = Promise.withResolvers<never>();
      const stop = (): void => {
        void close();
        stopped.reject(new DirectoryUnavailableError('the directory was not waited for any longer'));
      };
      stopped.promise.catch(() => undefined);
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop, { once: true });
      try {
        return await Promise.race([signal.aborted ? stopped.promise : ask(client), stopped.promise, broken]);
      } catch (error) {
        if (error instanceof ResultCodeError || error instanceof DirectoryUnavailableError) throw error;
        const message = error instanceof Error ? error.message : String(error);
        throw new DirectoryUnavailableError(`the directory cannot be asked: ${message}`, { cause: error });
      } finally {
        signal.removeEventListener('abort', stop);
      }
    },
  };
}

/** @param onClose told once the connection is closed; of one that has become TLS the library does not notice */
function once<F extends (...args: never[]) => Socket>(connect: F, onClose: (error: Error) => void): F {
  let isUsed = false;
  return ((...args) => {
    if (isUsed) throw brokenError();
    isUsed = true;
    return connect(...args).once('close', () => onClose(brokenError()));
  }) as F;
}

function brokenError(): DirectoryUnavailableError {
  return new DirectoryUnavailableError('the connection to the directory broke');
}
