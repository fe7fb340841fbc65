import { DomainError } from '../../errors/domain-error.ts';
import { apiService, registryService } from './tokens.ts';

/** A service that tokens are made for. */
export interface Service {
  /** Goes into `aud`. */
  readonly audience: string;
  /** The name under which the policy knows what clients call so in a scope. */
  readonly repositoryName: (name: string) => string;
  /** Whether it is the API, whose tokens have no scopes: they may do what their account may. */
  readonly isApi: boolean;
}

export interface ServicesConfig {
  readonly publicUrl: string;
  /** The service that Notary's configuration names. */
  readonly notaryService: string;
}

/**
 * Makes the look-up of the parameter `service` of the token protocol; none means the registry. So do `dtr`, which scripts
 * for MSR send, and this server's own host. The API has no other name, so that nobody gets a token for it by chance.
 *
 * @throws Error where Notary's service has the name of another one
 *
 * The look-up throws DomainError INVALID_PARAMETERS where there is no such service.
 */
export function createServices({ publicUrl, notaryService }: ServicesConfig): (name: string | undefined) => Service {
  const { host } = new URL(publicUrl);
  const registry: Service = { audience: registryService, repositoryName: (name) => name, isApi: false };
  // Docker Content Trust names collections by host and repository: localhost:8080/admin/app.
  const notary: Service = {
    audience: notaryService,
    repositoryName: (name) => (name.startsWith(`${host}/`) ? name.slice(host.length + 1) : name),
    isApi: false,
  };
  const api: Service = { audience: apiService, repositoryName: (name) => name, isApi: true };
  const services = new Map([
    ...['dtr', host, registryService].map((name) => [name, registry] as const),
    [apiService, api],
  ]);
  // Else tokens that were made for the one would be taken by the other.
  if (services.has(notaryService)) {
    throw new Error(`NOTARY_SERVICE is "${notaryService}", which is another service here: choose another name`);
  }
  services.set(notaryService, notary);
  return (name) => {
    const service = name === undefined || name === '' ? registry : services.get(name);
    if (service) return service;
    throw new DomainError(
      'INVALID_PARAMETERS',
      `there are no tokens for the service "${name}": the registry is "${registryService}", the API is "${apiService}", Notary is "${notaryService}"`,
    );
  };
}
