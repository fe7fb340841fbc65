import { DomainError } from '../../errors/domain-error.ts';
import { canonicalName } from '../canonical-name.ts';
import { isAccountName } from '../account-store.ts';
import type { OidcClaims } from './oidc-provider.ts';

/** Which claims say what. */
export interface ClaimNames {
  readonly usernameClaim: string;
  readonly groupsClaim: string;
  /** Whose members are system administrators, and nobody else of the provider; undefined: it says nothing about that. */
  readonly adminGroup: string | undefined;
}

const maxFullNameLength = 255;
const maxShown = 100;
// Some providers send lists of lists.
const maxListDepth = 3;

/**
 * What an account is named after.
 *
 * @throws DomainError SIGN_IN_REFUSED where the claim is no name for an account
 */
export function readName(claims: OidcClaims, { usernameClaim }: ClaimNames): string {
  const claim = claims[usernameClaim];
  if (typeof claim !== 'string' || claim === '') {
    throw new DomainError(
      'SIGN_IN_REFUSED',
      `the OpenID provider does not send the claim "${usernameClaim}" (OIDC_USERNAME_CLAIM, OIDC_SCOPES)`,
    );
  }
  const name = canonicalName(claim);
  if (isAccountName(name)) return name;
  throw new DomainError(
    'SIGN_IN_REFUSED',
    `the claim "${usernameClaim}" is "${claim.slice(0, maxShown)}", which cannot be the name of an account: set OIDC_USERNAME_CLAIM to one with letters and digits, and single ".", "_" and "-" between them`,
  );
}

/** What a person is called, as far as it can be stored; undefined where the provider does not say. */
export function readFullName(claim: unknown): string | undefined {
  return typeof claim === 'string' ? claim.replaceAll('\0', '').slice(0, maxFullNameLength) : undefined;
}

/**
 * The groups that a claim names: one, or a list, in which numbers count as they are written. Of a claim that is missing or
 * null there are none.
 *
 * @throws DomainError SIGN_IN_REFUSED where it is something else, or only refers to where the groups are: to take that for no
 *   groups would take memberships away (OpenID Connect Core 1.0, section 5.6.2)
 */
export function readGroups(claims: OidcClaims, { groupsClaim }: ClaimNames): string[] {
  const claim = claims[groupsClaim] ?? [];
  const groups: readonly unknown[] = [claim].flat(maxListDepth);
  const sources = claims['_claim_names'];
  const isElsewhere = typeof sources === 'object' && sources !== null && Object.hasOwn(sources, groupsClaim);
  if (claims[groupsClaim] === undefined && isElsewhere) {
    throw new DomainError(
      'SIGN_IN_REFUSED',
      `the OpenID provider sends a reference in place of the claim "${groupsClaim}" (OIDC_GROUPS_CLAIM): let it put the groups into the ID token or its user info`,
    );
  }
  const names = groups.map((group) => {
    if (typeof group === 'string' || typeof group === 'number') return String(group);
    throw new DomainError(
      'SIGN_IN_REFUSED',
      `the claim "${groupsClaim}" (OIDC_GROUPS_CLAIM) holds ${group === null ? 'null' : `a value of type ${typeof group}`}: it has to be a name, or a list of names`,
    );
  });
  // Text with a NUL can be linked to no team, for it cannot be stored.
  return names.filter((name) => !name.includes('\0'));
}
