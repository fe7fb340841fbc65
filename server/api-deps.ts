import { createDirectorySignIn } from '../accounts/sign-in/directory-sign-in.ts';
import { followEndedTokens } from '../accounts/tokens/ended-tokens.ts';
import { createKnownNetworks } from '../accounts/sign-in/known-networks.ts';
import { createSignInEvents } from '../accounts/sign-in/sign-in-events.ts';
import { createSignIn } from '../accounts/sign-in/sign-in.ts';
import { createTokenUsage, type TokenUsage } from '../accounts/sign-in/token-usage.ts';
import { apiService, createTokenVerifier, registryService } from '../accounts/tokens/tokens.ts';
import { createVerificationKeys } from '../accounts/tokens/verification-keys.ts';
import { createOidcSignIn } from '../accounts/sign-in/oidc.ts';
import { createSessions } from '../accounts/sign-in/sessions.ts';
import type { ApiDeps } from '../api/http/instance.ts';
import { createDirectory } from '../accounts/directory/directory.ts';
import { settingsChannel } from '../settings/settings.ts';
import { createWakeUp, cronChannel } from '../database/wake-up.ts';
import { createOutboundClient } from '../outbound/client.ts';
import { createDeleteManifest } from '../registry/manifests/delete-manifest.ts';
import { createDeleteTag } from '../registry/manifests/delete-tag.ts';
import type { Logger } from '../log/logger.ts';
import { createClientAddress } from './client-address.ts';
import { createClientCertificate } from './client-certificate.ts';
import type { HttpConfig } from './http-config.ts';
import type { Resources } from './resources.ts';

export interface OpenApiDepsOptions {
  readonly config: HttpConfig;
  readonly resources: Resources;
  readonly problems: ApiDeps['problems'];
  readonly stopping: AbortSignal;
  readonly log: Logger;
}

/** What the routes of the API need, the token service and the registry included. */
export interface OpenedApiDeps extends ApiDeps {
  readonly tokenUsage: TokenUsage;
}

/**
 * Makes what the routes of the API need, and the registry of it.
 *
 * @param cleanUp gets what has to be closed once there are no more requests
 */
export async function openApiDeps(
  { config, resources, problems, stopping, log }: OpenApiDepsOptions,
  cleanUp: AsyncDisposableStack,
): Promise<OpenedApiDeps> {
  const { pool, listener, wakeDispatcher, onWakeUpError } = resources;
  const { ldap, oidc, publicUrl, sessionIdleLimitMs: idleLimitMs, sessionLimitMs: limitMs } = config;
  const endedTokens = await followEndedTokens({ pool, listener, log });
  cleanUp.defer(() => endedTokens.close());
  const tokenUsage = createTokenUsage(pool, log);
  cleanUp.defer(() => tokenUsage.close());
  const signInEvents = createSignInEvents(pool, log);
  cleanUp.defer(() => signInEvents.close());
  const knownNetworks = createKnownNetworks(pool, log);
  cleanUp.defer(() => knownNetworks.close());
  // An administrator has named the provider, which is often in the same network.
  const toProvider = oidc && createOutboundClient({ allowPrivate: true });
  cleanUp.defer(() => toProvider?.close());
  const outbound = createOutboundClient({ allowPrivate: config.outboundAllowPrivate });
  cleanUp.defer(() => outbound.close());
  const clientAddress = createClientAddress(config.nginxSecret);
  const verification = { findKey: createVerificationKeys(pool), hasEnded: endedTokens.hasEnded };

  return {
    pool,
    listener,
    wakeDispatcher,
    wakeSchedules: createWakeUp(pool, cronChannel, onWakeUpError),
    wakeSettings: createWakeUp(pool, settingsChannel, onWakeUpError),
    publicUrl,
    dataDir: config.dataDir,
    problems,
    analyticsUrl: config.analyticsUrl,
    outbound,
    forgetRepositories: () => resources.cache.publish(undefined),
    deleteTag: createDeleteTag({ ...resources, host: new URL(publicUrl).host }),
    deleteManifest: createDeleteManifest({ ...resources, host: new URL(publicUrl).host }),
    tlsCertFile: config.tls?.certFile,
    ldap,
    verifyToken: createTokenVerifier({ ...verification, audience: apiService }),
    verifyRegistryToken: createTokenVerifier({ ...verification, audience: registryService }),
    tokenUsage,
    signIn: createSignIn({
      pool,
      tokenUsage,
      signInEvents,
      knownNetworks,
      byDirectory: ldap && createDirectorySignIn({ ...ldap, pool, directory: createDirectory(ldap), log }),
    }),
    sessions: createSessions({ pool, publicUrl, idleLimitMs, limitMs }),
    oidc:
      oidc &&
      toProvider &&
      createOidcSignIn({
        pool,
        outbound: toProvider,
        log,
        publicUrl,
        secretKey: config.secretKey,
        signInEvents,
        ...oidc,
      }),
    clientAddress,
    temporalUiUrl: config.temporalUiUrl,
    clientCertificate: createClientCertificate(config.nginxSecret),
    stopping,
  };
}
