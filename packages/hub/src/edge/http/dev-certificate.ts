// TLS for development: a local certificate authority, made once, and a certificate for this machine's own names, renewed
// when it nears its end. Clients that trust `ca.pem` trust the hub; its key never leaves the folder.
import { createPrivateKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeCertificate } from '../../lib/certificate.ts';
import type { Clock } from '../../lib/clock.ts';

const dayMs = 24 * 3600 * 1000;
const caDays = 3650;
const leafDays = 397; // the most that browsers accept
const renewDays = 30;
const hosts = ['localhost', '127.0.0.1', '::1'];

export interface DevCertificate {
  readonly key: string;
  readonly cert: string;
  /** What clients must trust, for example by NODE_EXTRA_CA_CERTS. */
  readonly caPath: string;
}

interface Pair {
  readonly key: string;
  readonly cert: string;
}

/** The certificate kept in that folder, made or renewed when that is due. */
export async function makeDevCertificate(tlsDir: string, clock: Clock): Promise<DevCertificate> {
  await mkdir(tlsDir, { recursive: true, mode: 0o700 });
  const commonName = 'Carillon local CA';
  const ca =
    (await readPair(tlsDir, 'ca', null, clock)) ??
    (await writePair(tlsDir, 'ca', await make(commonName, null, caDays, clock)));
  const issuer = { commonName, key: createPrivateKey(ca.key) };
  const leaf =
    (await readPair(tlsDir, 'localhost', ca.cert, clock)) ??
    (await writePair(tlsDir, 'localhost', await make('localhost', issuer, leafDays, clock)));
  return { key: leaf.key, cert: leaf.cert, caPath: join(tlsDir, 'ca.pem') };
}

async function make(
  commonName: string,
  issuer: { readonly commonName: string; readonly key: KeyObject } | null,
  days: number,
  clock: Clock,
): Promise<Pair> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const cert = await makeCertificate({
    commonName,
    key: privateKey,
    issuer: issuer ?? { commonName, key: privateKey },
    notBefore: clock.now() - dayMs, // clients whose clock is a little behind
    notAfter: clock.now() + days * dayMs,
    ...(issuer ? { hosts } : {}),
  });
  return { key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(), cert };
}

/** Null when it is missing, unreadable, near its end, or not of that authority. */
async function readPair(
  folder: string,
  name: string,
  caPem: string | null,
  clock: Clock,
): Promise<Pair | null> {
  try {
    const key = await readFile(join(folder, `${name}.key`), 'utf8');
    const cert = await readFile(join(folder, `${name}.pem`), 'utf8');
    const parsed = new X509Certificate(cert);
    const lasts = Date.parse(parsed.validTo) > clock.now() + renewDays * dayMs;
    const ours = caPem === null || parsed.verify(new X509Certificate(caPem).publicKey);
    return lasts && ours && parsed.checkPrivateKey(createPrivateKey(key)) ? { key, cert } : null;
  } catch {
    return null;
  }
}

async function writePair(folder: string, name: string, pair: Pair): Promise<Pair> {
  await writeWhole(join(folder, `${name}.key`), pair.key, 0o600);
  await writeWhole(join(folder, `${name}.pem`), pair.cert, 0o644);
  return pair;
}

/** Whole or not at all, should the process end meanwhile. */
async function writeWhole(path: string, text: string, mode: number): Promise<void> {
  await writeFile(`${path}.new`, text, { mode });
  await rename(`${path}.new`, path);
}
