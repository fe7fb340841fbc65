import type { Config } from '../config/load.ts';

/** What of the configuration serving HTTP needs. */
export type HttpConfig = Pick<
  Config,
  | 'dataDir'
  | 's3'
  | 'ldap'
  | 'maxUploadBytes'
  | 'port'
  | 'metricsHost'
  | 'metricsPort'
  | 'publicUrl'
  | 'isPublicUrlSet'
  | 'analyticsUrl'
  | 'nginxSecret'
  | 'acceptsSparseManifests'
  | 'outboundAllowPrivate'
  | 'signingKeyAgeMs'
  | 'notaryService'
  | 'sessionIdleLimitMs'
  | 'sessionLimitMs'
  | 'oidc'
  | 'tls'
  | 'shutdownGraceMs'
  | 'logLevel'
> & {
  readonly databaseUrl: string;
  readonly secretKey: Uint8Array;
  /** Of this machine; undefined: Temporal runs elsewhere. */
  readonly temporalUiUrl?: string | undefined;
  readonly host: string;
  /** Of this process alone. */
  readonly maxConnectionsPerAddress: number;
};
