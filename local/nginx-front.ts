import { unwatchFile, watchFile } from 'node:fs';
import { startNginx, type NginxOptions, type NginxServer } from './nginx.ts';
import { supervise } from '../server/supervisor.ts';

/** NGINX in front of this process. */
export interface NginxFront {
  /** Ends it in good order: transfers may go on for as long as the options grant. */
  stop(): Promise<void>;
  /** The same at once. */
  kill(): void;
}

export interface NginxFrontOptions extends NginxOptions {
  readonly log: (message: string) => void;
  /** How often certificates and key are looked at. Default: every minute. */
  readonly certificateIntervalMs?: number;
}

const defaultCertificateIntervalMs = 60_000;

/**
 * Starts NGINX, keeps it running, and lets it read certificates and key again when they have changed.
 *
 * @throws StartError where it cannot be started
 */
export async function runNginx(options: NginxFrontOptions): Promise<NginxFront> {
  const { log, certificateIntervalMs = defaultCertificateIntervalMs, ...nginx } = options;
  const supervised = await supervise<NginxServer>({ name: 'NGINX', log, start: () => startNginx(nginx) });
  const reload = (): void => {
    supervised
      .current()
      .reload()
      .then(() => log('NGINX reads its certificate again'))
      .catch((error: Error) => log(`NGINX keeps its former certificate: ${error.message}`));
  };
  const { certFile, keyFile, clientCaFile } = nginx.tls ?? {};
  const paths = [certFile, keyFile, clientCaFile].filter((path) => path !== undefined);
  for (const path of paths) watchFile(path, { interval: certificateIntervalMs, persistent: false }, reload);
  const unwatch = (): void => paths.forEach((path) => unwatchFile(path, reload));
  return {
    stop: async () => {
      unwatch();
      await supervised.stop();
    },
    kill: () => {
      unwatch();
      supervised.kill();
    },
  };
}
