// Entry point of a process that serves HTTP for a primary process, which forks it.

// A terminal's Ctrl-C and a service manager signal all processes; requests under way must end first, so the word of the
// primary process counts alone. It is not there any more: node:cluster ends this process. Before all else, for loading
// the program takes its time.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => undefined);

const { runHttpChild } = await import('./run-http-child.ts');
await runHttpChild();
