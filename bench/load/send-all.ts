// Sends each request once, over several connections, and resolves when all are answered: what comes before a load.
import type { Buffer } from 'node:buffer';
import { HttpConnection } from './http-connection.ts';

const connectionsMax = 32;

export async function sendAll(
  port: number,
  requests: readonly string[],
  expected: number,
  onAnswer?: (index: number, body: Buffer) => void,
): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    const connection = openConnection(port);
    try {
      while (next < requests.length) {
        const index = next++;
        const body = await connection.ask(requests[index] as string, expected);
        onAnswer?.(index, body);
      }
    } finally {
      connection.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(connectionsMax, requests.length) }, work));
}

export interface AskingConnection {
  /** The body of the answer; any other status than the expected one is an error. */
  ask(request: string, expected: number): Promise<Buffer>;
  close(): void;
}

export function openConnection(port: number): AskingConnection {
  let failed: (error: Error) => void = () => {};
  const connection = new HttpConnection(port, (error) => failed(error));
  return {
    ask: (request, expected) =>
      new Promise((resolve, reject) => {
        failed = reject;
        connection.send(request, (status, bytes, bodyStart) => {
          if (status === expected) resolve(bytes.subarray(bodyStart));
          else reject(new Error(`unexpected answer: ${bytes.toString('utf8', 0, 500)}`));
        });
      }),
    close: () => connection.close(),
  };
}
