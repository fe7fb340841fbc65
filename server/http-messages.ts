import type { MetricsSnapshot } from '../telemetry/snapshot.ts';
import type { HttpConfig } from './http-config.ts';
import type { Role } from './roles.ts';

/** All that a child has to know. It crosses by IPC: environment and command line can be read by others. */
export interface ChildSettings {
  readonly config: HttpConfig;
  readonly roles: ReadonlySet<Role>;
  /** Most connections of its pool. */
  readonly maxConnections: number;
  /** What it is called in metrics. */
  readonly processName: string;
  /** File of the log; undefined: standard error. */
  readonly logPath: string | undefined;
}

/** What the primary process tells a child. */
export type ToChild =
  | { readonly type: 'start'; readonly settings: ChildSettings }
  /** What is wrong with the installation process as a whole; sent all the time, as a sign of life. */
  | { readonly type: 'status'; readonly problems: readonly string[] }
  | { readonly type: 'collect'; readonly id: number }
  | { readonly type: 'collected'; readonly id: number; readonly snapshots: readonly MetricsSnapshot[] }
  | { readonly type: 'stop' };

/** What a child tells the primary process. */
export type FromChild =
  /** It has loaded its program, and hears messages. */
  | { readonly type: 'loaded' }
  | { readonly type: 'listening'; readonly port: number; readonly metricsPort: number | undefined }
  | { readonly type: 'failed'; readonly message: string }
  /** Answers `status`. */
  | { readonly type: 'alive' }
  /** Wants the metrics of all processes. */
  | { readonly type: 'scrape'; readonly id: number }
  | { readonly type: 'metrics'; readonly id: number; readonly snapshot: MetricsSnapshot };

/** How often the primary process tells its children the status. */
export const statusIntervalMs = 1_000;
/** Who has not been heard for so long hangs. */
export const silenceMs = 10_000;
/** A child that has left so many questions in a row unanswered hangs. */
export const mostUnanswered = silenceMs / statusIntervalMs;
