// What the documents of the API cost once they are made: one client asks for each of them again and again, whole, compressed, and
// with the ETag of what it has.
import { openConnection } from '../../load/send-all.ts';
import { type Benchmark, figure } from '../../measure/figure.ts';
import { startHub } from '../../setup/child-process.ts';
import { makeDataDir, removeDataDir } from '../../setup/world.ts';

const warmUps = 50;
const measured = 1000;
const paths = ['/openapi.json', '/v1.0/$metadata', '/v1.0/$metadata?$format=json'];

export const documents: Benchmark = {
  name: 'documents',
  about:
    `One connection asks for each document in turn: whole, in gzip, and with If-None-Match; ${measured} of each after ${warmUps}. ` +
    'The clock runs from writing the request to reading the whole answer; the spread is that of the answers.',
  async run() {
    const dataDir = makeDataDir();
    const hub = await startHub({ dataDir });
    const connection = openConnection(hub.port);
    const figures = [];
    for (const path of paths)
      for (const [what, headers, status] of forms) {
        const times: number[] = [];
        for (let index = 0; index < warmUps + measured; index++) {
          const startedAt = performance.now();
          await connection.ask(requestOf(path, headers), status);
          if (index >= warmUps) times.push(performance.now() - startedAt);
        }
        figures.push(figure({ what: `${path}, ${what}`, runs: times, digits: 2, unit: 'ms', atMost: 5 }));
      }
    connection.close();
    await hub.stop();
    removeDataDir(dataDir);
    return figures;
  },
};

const forms: readonly (readonly [what: string, headers: string, status: number])[] = [
  ['whole', '', 200],
  ['in gzip', 'accept-encoding: gzip\r\n', 200],
  ['that the client has', 'if-none-match: *\r\n', 304],
];

function requestOf(path: string, headers: string): string {
  return `GET ${path} HTTP/1.1\r\nhost: localhost\r\n${headers}\r\n`;
}
