/** What programs of this machine may need to know, and what is no secret: where things are, language, time zone. */
const ordinary = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LANGUAGE', 'TZ', 'TMPDIR', 'XDG_CACHE_HOME'];
// Of programs that download and compile: their own settings, and the way out of this network.
const forInstallers = /^(?:GO|CGO_|PIP_|PYTHON|SSL_CERT_|NODE_EXTRA_CA_CERTS$|(?:https?|all|no)_proxy$)/i;

/**
 * The environment of a server or tool that this process starts. It is made anew: what this process was given may hold
 * secrets, and a child may run as another user, who could read them.
 *
 * @param extra variables for this child alone
 */
export function childEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return { ...pick((name) => ordinary.includes(name) || name.startsWith('LC_')), ...extra };
}

/** The same for programs that download or compile something. */
export function installerEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return { ...childEnvironment(), ...pick((name) => forInstallers.test(name)), ...extra };
}

function pick(isWanted: (name: string) => boolean): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => isWanted(name)));
}
