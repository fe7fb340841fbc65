const maxShownLength = 100;
// With the envelope, also where it is told twice as in OAuth, an error stays below 4 KiB.
const maxMessageBytes = 1_500;

/** A text of the client as messages show it: cut, and without what would change how the rest is shown. */
export function shorten(text: string, maxLength = maxShownLength): string {
  const shown = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return shown.toWellFormed().replaceAll(/\p{Cc}/gu, '\u{fffd}');
}

/**
 * Bounds a message for a client, whatever of its request it repeats: what is quoted in it is cut first, so that what
 * comes after that stays, and then the whole.
 */
export function boundMessage(message: string): string {
  const cut = message.replaceAll(/"[^"]*"/g, (quoted) =>
    quoted.length > maxShownLength + 2 ? `"${shorten(quoted.slice(1, -1))}"` : quoted,
  );
  // A character takes three bytes at most: those that JSON writes as six are not shown.
  const whole = shorten(cut, maxMessageBytes);
  return Buffer.byteLength(JSON.stringify(whole)) <= maxMessageBytes ? whole : shorten(whole, maxMessageBytes / 3);
}
