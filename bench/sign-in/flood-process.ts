// A process that tries wrong passwords against a server: `node bench/sign-in/flood.ts HOST PORT PER_SECOND`, until its
// input ends. It takes turns with 250 addresses of loopback, as many accounts, and a new password each time. At the end
// it prints a JSON object of statuses and how often each was answered.
import { randomBytes } from 'node:crypto';
import { createConnection, type Connection } from '../registry/connection.ts';

// Each has a connection; what would be sent while all are busy is left out.
const addresses = 250;
const tickMs = 20;

const [hostname = '', port = '', perSecond = ''] = process.argv.slice(2);
const perTick = (Number(perSecond) * tickMs) / 1_000;
const counts: Record<string, number> = {};
const idle: Connection[] = Array.from({ length: addresses }, (_, index) =>
  createConnection({ hostname, port: Number(port), localAddress: `127.0.1.${index + 1}` }),
);

let owed = 0;
let sent = 0;

function attempt(connection: Connection): void {
  const name = `user-${sent++ % addresses}`;
  const basic = Buffer.from(`${name}:${randomBytes(9).toString('base64url')}`).toString('base64');
  connection
    .send({
      method: 'GET',
      path: '/auth/token?service=jobrunner&scope=repository:admin/app:pull',
      headers: `Authorization: Basic ${basic}\r\n`,
    })
    .then(
      ({ status }) => count(String(status)),
      () => count('no answer'),
    )
    .finally(() => idle.push(connection));
}

function count(outcome: string): void {
  counts[outcome] = (counts[outcome] ?? 0) + 1;
}

const timer = setInterval(() => {
  for (owed += perTick; owed >= 1; owed--) {
    const connection = idle.shift();
    if (connection) attempt(connection);
    else count('left out');
  }
}, tickMs);

process.stdin.resume().on('end', () => {
  clearInterval(timer);
  for (const connection of idle) connection.close();
  process.stdout.write(JSON.stringify(counts), () => process.exit(0));
});
