/** What a file of a history has recorded: the action, the scenario and the run, without the version. */
export function recordedName(file: string): string {
  return file.replace(/_[^_/]*\.json$/, '');
}
