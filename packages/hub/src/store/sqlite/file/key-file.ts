// The key of the push credentials on one machine: the operator's own, or else `secret.key` beside the registry, created for
// its owner alone with the first credentials. It is not in the database, so a copy of that reveals no secret.
import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import {
  givenKeyOnly,
  openSecretBox,
  type SecretBox,
  type SecretBoxes,
  SecretKeyError,
} from '../../secret-box.ts';

const keyBytes = 32;

export function openKeyFile(path: string, secretKey: () => Buffer | null): SecretBoxes {
  const given = givenKeyOnly(secretKey);
  let kept: SecretBox | null = null;
  const find = (): SecretBox | null => {
    const found = given.find() ?? kept;
    if (found) return found;
    const key = readKey(path);
    if (key) kept = openSecretBox(key);
    return kept;
  };
  return {
    find,
    make() {
      const found = find();
      if (found) return found;
      makeKey(path);
      return find() as SecretBox;
    },
  };
}

function readKey(path: string): Buffer | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return null;
    throw new SecretKeyError(
      `The key file ${path} can not be read (${(error as Error).message}): let its owner read it, or set CARILLON_SECRET_KEY.`,
    );
  }
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length === keyBytes) return key;
  throw new SecretKeyError(
    `The key file ${path} holds no ${keyBytes} bytes in base64: restore it, or set CARILLON_SECRET_KEY.`,
  );
}

/** Written atomically; the first of several processes wins. */
function makeKey(path: string): void {
  const own = `${path}.${randomBytes(6).toString('hex')}`;
  writeFileSync(own, `${randomBytes(keyBytes).toString('base64')}\n`, { mode: 0o600, flush: true });
  try {
    linkSync(own, path);
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
  } finally {
    rmSync(own, { force: true });
  }
}
