// The answers of a hub that is a process of its own: what starts it with them watched (watch-answers.ts), and what passes on to
// the test what that process says of one that does not fit.
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export const answerFaultMark = 'not as docs/openapi.json has it: ';

/** For Node, before the program. */
export const watched = ['--import', fileURLToPath(import.meta.resolve('./watch-answers.ts'))] as const;

/** Fails the test under way by what it says. */
export function failByAnswers(errors: Readable): void {
  let rest = '';
  errors.on('data', (chunk: Buffer | string) => {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    const fault = lines.find((line) => line.startsWith(answerFaultMark));
    if (fault !== undefined)
      setImmediate(() => {
        throw new Error(fault);
      });
  });
}
