// Asks a person at the terminal, and shows nothing of what is typed when that is a password. Without a terminal there is
// nobody to ask, so the caller's hint says what to give instead.
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

interface AskOptions {
  /** What to do where nobody can be asked. */
  readonly hint: string;
  /** What is typed is not shown. */
  readonly hidden?: boolean;
}

export function ask(question: string, { hint, hidden = false }: AskOptions): Promise<string> {
  if (!process.stdin.isTTY) throw new Error(`there is no terminal to ask at: ${hint}`);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({
    input: process.stdin,
    output: hidden ? nowhere : process.stderr,
    terminal: true,
  });
  // Not before the terminal has stopped to show what is typed.
  process.stderr.write(question);
  return new Promise((resolve, reject) => {
    lines.once('SIGINT', () => lines.close());
    lines.once('close', () => reject(new Error('nothing was typed; nothing was changed')));
    lines.once('line', (line) => {
      resolve(line);
      lines.close();
      if (hidden) process.stderr.write('\n');
    });
  });
}
