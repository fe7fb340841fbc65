import { randomBytes } from 'node:crypto';
import type { TestTemporal } from '../support/temporal.ts';

/**
 * The settings that all roles of a product share which run beside a PostgreSQL and a Temporal of the test: secrets of their
 * own, and where the others are.
 */
export function servicesEnv(services: {
  readonly databaseUrl: string;
  readonly dataDir: string;
  readonly temporal: Pick<TestTemporal, 'address' | 'namespace'>;
}) {
  return {
    ADMIN_PASSWORD: randomBytes(8).toString('hex'),
    SECRET_KEY: randomBytes(32).toString('hex'),
    DATABASE_URL: services.databaseUrl,
    JOBRUNNER_DATA_DIR: services.dataDir,
    TEMPORAL_ADDRESS: services.temporal.address,
    TEMPORAL_NAMESPACE: services.temporal.namespace,
  };
}
