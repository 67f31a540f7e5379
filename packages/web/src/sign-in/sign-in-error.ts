// Why a sign-in failed, as a text of the catalogues for the person at the screen. The page shows it and offers to sign in again;
// nothing else of the attempt is stored.
import type { PageMessages } from '@carillon/words';

export interface SignInErrorOptions extends ErrorOptions {
  /** What the text names. */
  readonly values?: Readonly<Record<string, string>>;
}

export class SignInError extends Error {
  override readonly name = 'SignInError';
  readonly key: keyof PageMessages;
  readonly values: Readonly<Record<string, string>>;

  constructor(key: keyof PageMessages, { values = {}, ...options }: SignInErrorOptions = {}) {
    super([key, ...Object.values(values)].join(': '), options);
    this.key = key;
    this.values = values;
  }
}
