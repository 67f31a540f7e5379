// Where a command prints. A reader that has seen enough, as `head` has, ends the command without a word; an output that can't
// be written ends it with one line. `serve` outlives both.
import { errorCode } from '../lib/error-code.ts';

const outputs = (): NodeJS.WriteStream[] => [process.stdout, process.stderr];

function endCommand(error: Error): void {
  if (errorCode(error) === 'EPIPE') process.exit();
  try {
    process.stderr.write(`carillon: the output can not be written (${error.message}): send it elsewhere\n`);
  } finally {
    process.exit(1);
  }
}

const ignore = (): void => {};

export function endWithOutput(): void {
  for (const stream of outputs()) stream.on('error', endCommand);
}

export function outliveOutput(): void {
  for (const stream of outputs()) stream.off('error', endCommand).on('error', ignore);
}
