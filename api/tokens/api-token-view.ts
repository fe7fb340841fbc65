import { type Static, Type } from 'typebox';
import { type ClientTokenRow, tokenMakers } from '../../accounts/sign-in/client-token-store.ts';
import { allReadOnly, oneOf, readOnly, Timestamp } from '../http/schemas.ts';

/** An access token, or the refresh token of a client (DTR 2.7 API, responses.APIToken). */
export const ApiTokenView = Type.Object(
  {
    hashedToken: readOnly(Type.String()),
    tokenLabel: Type.String(),
    isActive: Type.Boolean(),
    ...allReadOnly({
      lastUsed: Type.String({ format: 'date-time', description: 'The year 1 where it was never used' }),
      createdAt: Timestamp,
      generatedBy: oneOf(tokenMakers),
      creatorUa: Type.String(),
    }),
  },
  { title: 'ApiToken' },
);

/** A token as it is shown once (DTR 2.7 API, responses.NewAPIToken). */
export const NewApiTokenView = Type.Object(
  { token: readOnly(Type.String()), ...ApiTokenView.properties },
  { title: 'NewApiToken' },
);

// What MSR, which is written in Go, shows for a token that was never used.
const neverUsed = '0001-01-01T00:00:00Z';

/** A token as the API shows it. */
export function viewToken(row: ClientTokenRow): Static<typeof ApiTokenView> {
  const { hash, label, isActive, lastUsed, createdAt, generatedBy, creatorUa } = row;
  return {
    hashedToken: hash,
    tokenLabel: label,
    isActive,
    lastUsed: lastUsed?.toISOString() ?? neverUsed,
    createdAt,
    generatedBy,
    creatorUa,
  };
}
