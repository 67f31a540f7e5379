// A program that starts Firefox and passes WebDriver BiDi between it and playwright-core. Playwright sets media features for
// every profile, and Debian's Firefox has no such command yet: an emulation that it does not know counts as done, so that a
// profile opens with Firefox's own. It ends with Firefox, and Firefox with it.
//   node relay.ts <program> <profile folder>
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { WebSocket, WebSocketServer } from 'ws';

const [program = '', folder = ''] = process.argv.slice(2);
const ready = 'WebDriver BiDi listening on ';

const browser = spawn(
  program,
  ['--headless', '--no-remote', '--remote-debugging-port=0', '--profile', folder],
  { stdio: ['ignore', 'ignore', 'pipe'] },
);
browser.once('exit', (code) => process.exit(code ?? 1));
process.once('SIGTERM', () => browser.kill());

for await (const line of createInterface({ input: browser.stderr })) {
  const [, url] = line.split(ready);
  process.stderr.write(`${url === undefined ? line : `${ready}${await relayTo(`${url}/session`)}`}\n`);
}

/** Answers where it listens. */
async function relayTo(url: string): Promise<string> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', (near) => {
    const far = new WebSocket(url, { maxPayload: 0 });
    const emulations = new Set<unknown>();
    const opened = once(far, 'open');
    near.on('message', async (bytes) => {
      const text = String(bytes);
      const { id, method } = JSON.parse(text);
      if (/^emulation\./.test(method)) emulations.add(id);
      await opened;
      far.send(text);
    });
    far.on('message', (bytes) => {
      const text = String(bytes);
      const { id, error } = JSON.parse(text);
      const isLacking = emulations.delete(id) && error === 'unknown command';
      near.send(isLacking ? JSON.stringify({ type: 'success', id, result: {} }) : text);
    });
    near.once('close', () => far.close());
    far.once('close', () => near.close());
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return `ws://127.0.0.1:${port}`;
}
