/** What programs of this machine may need to know, and what is no secret: where things are, language, time zone. */
const ordinary = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LANGUAGE', 'TZ', 'TMPDIR', 'XDG_CACHE_HOME'];
const ofGoPrograms = /^GO(?:MAXPROCS|MEMLIMIT|GC|DEBUG|TRACEBACK)$/;
// Of programs that download and compile: their own settings, and the way out of this network.
const ofInstallers =
  /^(?:GO[A-Z0-9]+$|CGO_|PIP_|PYTHON|PYENV_|SSL_CERT_|NODE_EXTRA_CA_CERTS$|REQUESTS_CA_BUNDLE$|XDG_CONFIG_HOME$|(?:https?|all|no)_proxy$|(?:HTTPS?|ALL|NO)_PROXY$)/;
// Of Node, of the allocator, and of the SDK for S3, whose credentials are in the environment; not how a parent in
// node:cluster reaches this process.
const ofHttpProcesses = /^(?:NODE_(?!UNIQUE_ID$|CHANNEL_)|UV_THREADPOOL_SIZE$|SSL_CERT_|LD_|MALLOC_|AWS_)/;

/**
 * The environment of a server or tool that this process starts. It is made anew: what this process was given may hold
 * secrets, and a child may run as another user, who could read them.
 *
 * @param extra variables for this child alone
 */
export function childEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return { ...pick(isOrdinary), ...extra };
}

/** The same for a server that was written in Go, with what its runtime is told of memory and cores. */
export function goEnvironment(): NodeJS.ProcessEnv {
  return pick((name) => isOrdinary(name) || ofGoPrograms.test(name));
}

/** The same for programs that download or compile something. */
export function installerEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return { ...pick((name) => isOrdinary(name) || ofInstallers.test(name)), ...extra };
}

/**
 * The same for children of node:cluster that serve HTTP. That module gives them all that this process has, and takes
 * away only what is named here as undefined.
 */
export function httpProcessEnvironment(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const removed = Object.keys(process.env).map((name) => [name, undefined] as const);
  return {
    ...Object.fromEntries(removed),
    ...pick((name) => isOrdinary(name) || ofHttpProcesses.test(name)),
    ...extra,
  };
}

function isOrdinary(name: string): boolean {
  return ordinary.includes(name) || name.startsWith('LC_');
}

function pick(isWanted: (name: string) => boolean): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => isWanted(name)));
}
