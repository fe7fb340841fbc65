/**
 * The one rule for names of accounts, robots and repositories. They are in lower case: OCI distribution specification,
 * "Pull", for repositories, whose names begin with that of an account. So a name is made in lower case alone; and where
 * something is looked up by its name, the letters A to Z stand for a to z, wherever the name comes from: whoever signs in,
 * a path, a query, a form, a directory, an OpenID provider.
 *
 * Other letters stay as they are: no name has any, and none must become one of a to z, as the sign for kelvin would.
 */
export function canonicalName(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
