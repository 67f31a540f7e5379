// The thread of the registry file in a hub that serves: one message is one statement, and one answer. It begins and
// ends as thread-link.ts says.
import { parentPort, workerData } from 'node:worker_threads';
import type { Parameter } from '../../sql-registry/session.ts';
import { type FileAnswer, RegistryFile } from './file.ts';

export interface ThreadData {
  readonly path: string;
  /** This module, which the thread's first lines load. */
  readonly module: string;
}

export type ThreadRequest = { readonly text: string; readonly values: readonly Parameter[] } | 'close';

export type ThreadAnswer = 'closed' | FileAnswer;

const port = parentPort as NonNullable<typeof parentPort>;
const { path }: ThreadData = workerData;
const file = new RegistryFile(path);

port.on('message', (request: ThreadRequest) => {
  if (request !== 'close') {
    answer(file.run(request.text, request.values));
    return;
  }
  file.close();
  answer('closed');
  port.close();
});

function answer(value: ThreadAnswer): void {
  port.postMessage(value);
}
