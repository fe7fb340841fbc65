import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '../log/logger.ts';
import { closeServer, createHttpServer } from './http.ts';
import { toListenError } from './listen-error.ts';
import { refuse } from './refusal.ts';

export interface MetricsServerOptions {
  readonly host: string;
  readonly port: number;
  /** The metrics of all processes, in the text format of Prometheus. */
  readonly render: () => Promise<{ contentType: string; text: string }>;
  readonly log: Logger;
}

/** Where metrics are served. */
export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves `/metrics` for Prometheus on a port of its own: it asks nobody who they are, and names of queues, routes and
 * counts are nothing for those who may reach the registry.
 *
 * @throws ListenError
 */
export async function startMetricsServer({ host, port, render, log }: MetricsServerOptions): Promise<MetricsServer> {
  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const path = req.url?.split('?')[0];
    if (path !== '/metrics' || (req.method !== 'GET' && req.method !== 'HEAD')) {
      refuse(res, { status: 404, code: 'NO_SUCH_ROUTE', message: 'there is GET /metrics here, and nothing else' });
      return;
    }
    const { contentType, text } = await render();
    res.writeHead(200, { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(text) });
    res.end(req.method === 'HEAD' ? undefined : text);
  }
  const server = createHttpServer((req, res) => {
    answer(req, res).catch((error: unknown) => {
      log.warn({ err: error }, 'metrics could not be read');
      if (!res.headersSent)
        refuse(res, { status: 503, code: 'UNAVAILABLE', message: 'metrics cannot be read just now' });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(toListenError(error, { host, port, settings: 'METRICS_' })));
    server.listen({ host, port }, resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: () => closeServer(server, 0) };
}
