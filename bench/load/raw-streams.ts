// Streams of any server on bare sockets: what is asked for is given as text, and what comes is handed on as text, each piece with
// the end of the one before.
import { connect, type Socket } from 'node:net';

const keptCharacters = 256;

/** Resolves when each has had a head that says that it begins. */
export async function openRawStreams(
  port: number,
  requests: readonly string[],
  onText: (text: string) => void,
): Promise<{ close(): void }> {
  const sockets: Socket[] = [];
  for (const request of requests) {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }).setEncoding('latin1');
    sockets.push(socket);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let tail = '';
    socket.on('data', (piece: string) => {
      const text = tail + piece;
      tail = text.slice(-keptCharacters);
      if (/^HTTP\/1\.1 (?:200|101) /.test(text)) resolve();
      else if (/^HTTP\/1\.1 /.test(text)) reject(new Error(`a stream was refused: ${text.slice(0, 300)}`));
      onText(text);
    });
    socket.on('error', reject);
    socket.write(request);
    await promise;
  }
  return {
    close() {
      for (const socket of sockets) socket.destroy();
    },
  };
}
