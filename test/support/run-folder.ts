/**
 * The folder in which test files of one run keep for each other what takes long to make: `test/run.ts` makes it, and
 * removes it at the end. Undefined where a file is run by itself.
 */
export function runFolder(): string | undefined {
  return process.env['TEST_RUN_FOLDER'];
}
