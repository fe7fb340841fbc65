/** How long a password is, in characters (NIST SP 800-63B, section 3.1.1: 8 at least, and long ones are taken). */
export const passwordLength = { min: 8, max: 1_024 } as const;

/** Whether a password is as long as one has to be, wherever it comes from. Characters are counted as JSON Schema does. */
export function hasPasswordLength(text: string): boolean {
  const length = Array.from(text).length;
  return length >= passwordLength.min && length <= passwordLength.max;
}
