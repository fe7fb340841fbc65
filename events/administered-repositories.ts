/** What somebody administers. */
export interface AdministeredRepositories {
  /** Namespaces with all that is in them. */
  readonly namespaces: readonly string[];
  /** Single repositories besides, as `namespace/name`. */
  readonly repositories: readonly string[];
}
