// What credentials of several channels have in common: a word, a key in PEM, a URL. What is wrong is said by member, with
// what would be right and never with a part of a secret.
import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { ShownCredentials } from '../../model/credentials.ts';
import { invalid } from '../../model/errors.ts';

export function checkWord(text: string, target: string, what: string): void {
  if (/^[\x21-\x7e]+$/.test(text)) return;
  throw invalid(`"${target}" must be ${what}: visible ASCII characters without spaces.`, target);
}

/** No message of the parser is passed on. */
export function readKey(pem: string, target: string, what: string): KeyObject {
  try {
    if (!/^-----BEGIN PRIVATE KEY-----\r?\n/.test(pem.trimStart())) throw new Error('not PKCS #8');
    return createPrivateKey({ key: pem, format: 'pem' });
  } catch {
    throw invalid(
      `"${target}" must be a private key in PEM (PKCS #8, from "-----BEGIN PRIVATE KEY-----" to "-----END PRIVATE KEY-----", with its line breaks): ${what}.`,
      target,
    );
  }
}

/** The operator's own: any host, http too, since a private gateway or a simulator may stand there. */
export function readUrl(text: string, target: string): string {
  const url = URL.parse(text);
  const plain = url && url.username + url.password + url.hash === '';
  if (plain && /^https?:$/.test(url.protocol)) return text.replace(/\/+$/, '');
  throw invalid(`"${target}" must be an http or https URL without user, password and fragment.`, target);
}

/** The members that are there. */
export function given(members: Readonly<Record<string, unknown>>): ShownCredentials {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
