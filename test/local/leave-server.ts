// Starts a server on a data folder, tells its process id, and waits to be killed: `leave-server.ts postgres|temporal DIR`.
import { startPostgres } from '../../local/postgres.ts';
import { temporalBinary } from '../../local/temporal-binary.ts';
import { startTemporal } from '../../local/temporal.ts';

const [kind, dataDir = ''] = process.argv.slice(2);
const onProgress = (): void => undefined;
const server =
  kind === 'postgres'
    ? await startPostgres({ dataDir, onProgress, isDurable: false })
    : await startTemporal({
        binary: await temporalBinary({ onProgress }),
        dataDir,
        namespace: 'test',
        onProgress,
      });
process.send?.(server.pid);
await server.exited;
