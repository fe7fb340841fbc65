/** What keeps this program from starting, for the person who started it: one line, saying what is wrong and what to do. */
export class StartError extends Error {
  override name = 'StartError';
}
