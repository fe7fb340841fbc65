/** The directory does not answer, or not as it must: the same question can be answered later. */
export class DirectoryUnavailableError extends Error {
  override name = 'DirectoryUnavailableError';
}
