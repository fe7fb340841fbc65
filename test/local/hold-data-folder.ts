// Takes the data folder that it is given, says so, and holds it until it is killed.
import { openDataFolder } from '../../local/data-folder.ts';

const folder = await openDataFolder(process.argv[2] ?? '');
process.send?.('taken');
setInterval(() => folder.path, 60_000);
