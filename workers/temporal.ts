import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, type LogMetadata, type TLSConfig } from '@temporalio/worker';
import type { TemporalConfig } from '../config/load.ts';
import { jobFields } from '../telemetry/job-lines.ts';
import type { Logger } from '../log/logger.ts';

/** Where Temporal is. */
export type TemporalTarget = TemporalConfig & { readonly address: string };

/** The ways into Temporal of one process: one for asking, one for working. */
export interface TemporalConnections {
  readonly client: Client;
  readonly connection: Connection;
  readonly native: NativeConnection;
  close(): Promise<void>;
}

/** Temporal does not answer. The message says where it was looked for. */
export class TemporalUnreachableError extends Error {
  override name = 'TemporalUnreachableError';
}

const connectTimeoutMs = 10_000;
const logMethods = { TRACE: 'debug', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/**
 * Sets up Temporal's runtime, once in a process and before any connection: its log lines go to ours, and signals stay
 * ours, for we stop things in an order.
 *
 * @param metricsAddress host:port where the SDK serves its own metrics, at /metrics; undefined: nowhere
 */
export function installTemporalRuntime(log: Logger, metricsAddress?: string): void {
  Runtime.install({
    shutdownSignals: [],
    logger: new DefaultLogger('INFO', ({ level, message, meta }) => {
      const write = logMethods[level];
      log[write]({ component: 'temporal', ...withJob(meta ?? {}) }, message);
    }),
    telemetryOptions: {
      logging: { forward: {}, filter: { core: 'WARN', other: 'ERROR' } },
      ...(metricsAddress !== undefined && {
        metrics: {
          prometheus: {
            bindAddress: metricsAddress,
            countersTotalSuffix: true,
            unitSuffix: true,
            useSecondsForDurations: true,
          },
        },
      }),
    },
  });
}

/** The SDK names the run of a workflow in two ways. */
function withJob(meta: LogMetadata): Record<string | symbol, unknown> {
  const { workflowId, workflowRunId, runId = workflowRunId } = meta as Record<string, unknown>;
  if (typeof workflowId !== 'string') return meta;
  return { ...meta, ...jobFields(workflowId, typeof runId === 'string' ? runId : undefined) };
}

/**
 * Connects to Temporal.
 *
 * @param identity who we are, as the histories of workflows show it
 * @throws TemporalUnreachableError
 */
export async function connectTemporal(target: TemporalTarget, identity: string): Promise<TemporalConnections> {
  const { address, namespace, apiKey } = target;
  const tls = tlsConfig(target);
  const options = { address, ...(tls && { tls }), ...(apiKey && { apiKey }) };
  try {
    const connection = await Connection.connect({ ...options, connectTimeout: connectTimeoutMs });
    await connection.withDeadline(Date.now() + connectTimeoutMs, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
    const native = await NativeConnection.connect(options);
    return {
      client: new Client({ connection, namespace, identity }),
      connection,
      native,
      close: async () => {
        await native.close();
        await connection.close();
      },
    };
  } catch (error) {
    throw new TemporalUnreachableError(
      `Temporal at ${address}, namespace "${namespace}", cannot be reached: ${(error as Error).message}; check TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE`,
      { cause: error },
    );
  }
}

function tlsConfig({ tls }: TemporalConfig): TLSConfig | undefined {
  if (!tls) return undefined;
  const { ca, cert, key } = tls;
  return {
    ...(ca && { serverRootCACertificate: Buffer.from(ca) }),
    ...(cert && key && { clientCertPair: { crt: Buffer.from(cert), key: Buffer.from(key) } }),
  };
}
