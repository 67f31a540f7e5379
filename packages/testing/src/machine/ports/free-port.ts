// A port of this machine at which nobody listens, for a server that starts later or comes back to its place. It is below
// those that systems give to connections: one of these could go to a connection of another test before the server has it.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Above it no port is refused by browsers or fetch; 32 768 is the first that Linux gives to connections. */
const lowest = 11_000;
const count = 21_000;
const triesMax = 1000;
/** Processes that look at the same time begin apart. */
let next = (process.pid * 101) % count;

export async function freePort(): Promise<number> {
  for (let tries = 0; tries < triesMax; tries++) {
    const port = lowest + next;
    next = (next + 1) % count;
    if ((await reserve(port)) && (await isFree(port))) return port;
  }
  throw new Error(`somebody listens at each of ${triesMax} ports below ${lowest + next}`);
}

/** Until this process ends no other test gets it: the port of the same number for datagrams, which nobody uses, says so. */
async function reserve(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  try {
    socket.bind({ port, address: '127.0.0.1', exclusive: true });
    await once(socket, 'listening');
  } catch {
    return false;
  }
  socket.unref();
  return true;
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port, '127.0.0.1');
  try {
    await once(probe, 'listening');
  } catch {
    return false;
  }
  probe.close();
  await once(probe, 'close');
  return true;
}
