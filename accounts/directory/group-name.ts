/**
 * The one form of a group's name in which names are stored and compared: directories ignore case, and in a
 * distinguished name also how it is spaced and escaped (RFC 4514; RFC 4518 for spaces).
 *
 * @param name a distinguished name, known by its "=", or the value of the group's `cn`
 */
export function normalGroupName(name: string): string {
  return name.includes('=') ? normalDistinguishedName(name) : normalText(name);
}

/** A distinguished name in the one form in which two of the same entry are equal. */
export function normalDistinguishedName(name: string): string {
  return splitUnescaped(name, ',')
    .map((relativeName) => splitUnescaped(relativeName, '+').map(normalAssertion).toSorted().join('+'))
    .join(',');
}

function normalAssertion(assertion: string): string {
  const equals = assertion.indexOf('=');
  const type = assertion.slice(0, equals).trim().toLowerCase();
  const value = normalText(unescapeValue(assertion.slice(equals + 1).trim()));
  return `${type}=${value.replaceAll(/[\\,+"<>;=#]/g, (character) => `\\${character}`)}`;
}

function normalText(text: string): string {
  return text.normalize('NFKC').trim().replaceAll(/\s+/g, ' ').toLowerCase();
}

/** Escapes are a backslash with the character itself, or with two digits for each of its bytes in UTF-8. */
function unescapeValue(value: string): string {
  return value.replaceAll(/((?:\\[0-9a-f]{2})+)|\\(.)/gi, (_match, bytes: string | undefined, character: string) =>
    bytes === undefined ? character : Buffer.from(bytes.replaceAll('\\', ''), 'hex').toString('utf8'),
  );
}

function splitUnescaped(text: string, separator: ',' | '+'): string[] {
  const parts = [''];
  for (const [piece] of text.matchAll(/\\.|[^\\]|\\$/gs)) {
    if (piece === separator) parts.push('');
    else parts[parts.length - 1] += piece;
  }
  return parts;
}
