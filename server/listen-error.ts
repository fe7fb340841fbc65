/** This process cannot listen where it should. The message says what to do. */
export class ListenError extends Error {
  override name = 'ListenError';
}

/**
 * Says what an error of `listen` means for the person who set PORT and HOST.
 *
 * @param settings what the names of these two begin with
 */
export function toListenError(
  error: NodeJS.ErrnoException,
  { port, host, settings = '' }: { port: number; host: string; settings?: 'METRICS_' | '' },
): ListenError {
  return new ListenError(describe(error, { port, host, settings }), { cause: error });
}

function describe(
  { code, message }: NodeJS.ErrnoException,
  { port, host, settings }: { port: number; host: string; settings: string },
): string {
  if (code === 'EADDRINUSE')
    return `port ${port} is in use: end what listens there, or set ${settings}PORT to another one`;
  if (code === 'EACCES')
    return `port ${port} may not be listened on by this user: set ${settings}PORT to 1024 or above`;
  return `cannot listen on ${host}, port ${port} (${message}): set ${settings}HOST and ${settings}PORT`;
}
