/** A program that `go install` compiles: `example.com/module/cmd/tool@v1.2.3`. */
export interface GoProgram {
  /** As the file is called that is made of it. */
  readonly name: string;
  /** Without `v`. */
  readonly version: string;
  /** Under which it is kept, so that another version does not pass for it. */
  readonly cachedName: string;
}

/** @throws Error where the text names no program with its version */
export function parseGoProgram(module: string): GoProgram {
  const [, name, version] = /([^/@]+)(?:\/v\d+)?@v(\d[\w.+-]*)$/.exec(module) ?? [];
  if (name === undefined || version === undefined) throw new Error(`${module} names no program with its version`);
  return { name, version, cachedName: `${name}-${version}` };
}
