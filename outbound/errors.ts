import { errors } from 'undici';

/** Why a request came to nothing: the target may not be reached, is away, is not who it should be, or is too slow or large. */
export type OutboundFailure = 'refused-address' | 'unreachable' | 'untrusted' | 'timeout' | 'too-large';

/**
 * A request that got no answer. The message may be shown to whoever named the target: it never says what a name resolves
 * to, what is in a certificate, or what a target sent. `cause` is for the log of the server.
 */
export class OutboundError extends Error {
  override name = 'OutboundError';
  readonly failure: OutboundFailure;
  constructor(failure: OutboundFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
  }
}

/**
 * The target is one that this server must not reach, or cannot find. It is one error with one message, since the difference
 * tells about the network of the server.
 */
export class RefusedAddressError extends OutboundError {
  override name = 'RefusedAddressError';
  /** The target was named by its address: it will be refused every time. */
  readonly isLiteral: boolean;

  /** @param reason for the log of the server */
  constructor({ isLiteral, reason }: { readonly isLiteral: boolean; readonly reason: string | Error }) {
    super(
      'refused-address',
      'it cannot be used: its address is not public, or cannot be resolved; OUTBOUND_ALLOW_PRIVATE=true allows private ones',
      { cause: reason },
    );
    this.isLiteral = isLiteral;
  }
}

// What OpenSSL and Node call certificates that are not trusted (https://nodejs.org/api/tls.html#x509-certificate-error-codes).
const certificateCodes =
  /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|CRL|INVALID_CA|PATH_LENGTH|INVALID_PURPOSE|HOSTNAME_MISMATCH/;
const codePattern = /^[A-Z][A-Z0-9_]{1,60}$/;

/** Makes the error for what a socket, TLS or the HTTP client threw. Of its words there is the code alone. */
export function toOutboundError(error: unknown): OutboundError {
  if (error instanceof OutboundError) return error;
  if (error instanceof errors.HTTPParserError || error instanceof errors.HeadersOverflowError) {
    return new OutboundError('unreachable', 'its answer is not HTTP, or its headers are too large', { cause: error });
  }
  const code = codeOf(error);
  const suffix = code === undefined ? '' : ` (${code})`;
  return code !== undefined && certificateCodes.test(code)
    ? new OutboundError('untrusted', `its TLS certificate is not trusted${suffix}`, { cause: error })
    : new OutboundError('unreachable', `it cannot be reached${suffix}`, { cause: error });
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string' && codePattern.test(error.code)) return error.code;
  // Of every address that was tried.
  return error instanceof AggregateError ? codeOf(error.errors[0]) : codeOf(error.cause);
}
