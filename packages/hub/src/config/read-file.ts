// Reads a file that a setting names. Its error says why it could not be read, with the path, and becomes a problem with
// that setting.
import { readFileSync } from 'node:fs';
import { errorMessage } from '../lib/error-code.ts';

export function readTextFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(
      `${path} can not be used (${errorMessage(error)}): name a file that the user of the hub may read`,
    );
  }
}
