/** A registry that is measured. */
export interface Target {
  readonly name: string;
  readonly hostname: string;
  readonly port: number;
  /** What 201 to a push promises, for the table. */
  readonly durability: string;
  /** The processes that it is made of; those that they started are found. Empty where it runs elsewhere. */
  readonly pids: readonly number[];
  /**
   * Signs in.
   *
   * @param scope such as `repository:admin/app:pull,push`
   * @returns the header line to send, ended by CRLF; empty where the registry asks for none
   */
  authorize(scope: string): Promise<string>;
  /** Fills the registry faster than by pushing; undefined where the bench cannot. */
  readonly fill: Filler | undefined;
  /** Deletes the bytes of blobs that no manifest names, so that the disk holds a whole run; undefined where the bench cannot. */
  readonly freeSpace: (() => Promise<void>) | undefined;
}

/** Puts many things into a registry behind its back. */
export interface Filler {
  /** Gives a repository that has the manifest `digest` the tags `tag-00001` and on. */
  tags(repository: string, digest: string, count: number): Promise<void>;
  /** Makes empty repositories `admin/catalog-00001` and on. */
  repositories(count: number): Promise<void>;
}

/** Everything is pushed below this namespace; in Jobrunner it is the administrator's. */
export const namespace = 'admin';

/** The name of a thing made in numbers: `tag-00042`. */
export function numbered(prefix: string, number: number): string {
  return `${prefix}-${String(number).padStart(5, '0')}`;
}
