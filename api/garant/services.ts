import { ApiError } from '../errors.ts';
import { tokenService } from './tokens.ts';

/** A service that tokens are made for. */
export interface Service {
  /** Goes into `aud`. */
  readonly audience: string;
  /** The name under which the policy knows what clients call so in a scope. */
  readonly repositoryName: (name: string) => string;
}

export interface ServicesConfig {
  readonly publicUrl: string;
  /** The service that Notary's configuration names. */
  readonly notaryService: string;
}

/**
 * Makes the look-up of the parameter `service` of the token protocol; none means the registry. So do `dtr`, which scripts
 * for MSR send, and this server's own host.
 *
 * The look-up throws ApiError INVALID_PARAMETERS where there is no such service.
 */
export function createServices({ publicUrl, notaryService }: ServicesConfig): (name: string | undefined) => Service {
  const { host } = new URL(publicUrl);
  const registry: Service = { audience: tokenService, repositoryName: (name) => name };
  // Docker Content Trust names collections by host and repository: localhost:8080/admin/app.
  const notary: Service = {
    audience: notaryService,
    repositoryName: (name) => (name.startsWith(`${host}/`) ? name.slice(host.length + 1) : name),
  };
  const services = new Map([
    [notaryService, notary],
    ...['dtr', host, tokenService].map((name) => [name, registry] as const),
  ]);
  return (name) => {
    const service = name === undefined || name === '' ? registry : services.get(name);
    if (service) return service;
    throw new ApiError(
      'INVALID_PARAMETERS',
      `there are no tokens for the service "${name}": the registry is "${tokenService}", Notary is "${notaryService}"`,
    );
  };
}
