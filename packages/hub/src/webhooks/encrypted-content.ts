// The resource of a change, readable by its subscriber alone, as Microsoft Graph encrypts it (Set up change notifications
// that include resource data): a key of its own each time, AES-256-CBC with PKCS7 and the first 16 bytes of the key as IV,
// the key wrapped by RSA-OAEP (SHA-1) for the subscriber's certificate, an HMAC-SHA256 over the ciphertext.
import {
  constants,
  createCipheriv,
  createHmac,
  publicEncrypt,
  randomBytes,
  X509Certificate,
} from 'node:crypto';
import { invalid } from '../model/errors.ts';

const target = 'encryptionCertificate';
const bitsMin = 2048;
const bitsMax = 4096;

/** From base64 of DER or of PEM, or from PEM itself; answers DER in base64. Throws what is wrong with it. */
export function readCertificate(text: string): string {
  const certificate = parse(text);
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
  const bits = asymmetricKeyDetails?.modulusLength ?? 0;
  if (asymmetricKeyType === 'rsa' && bits >= bitsMin && bits <= bitsMax)
    return certificate.raw.toString('base64');
  throw invalid(`"${target}" must have an RSA key of ${bitsMin} to ${bitsMax} bits.`, target);
}

function parse(text: string): X509Certificate {
  try {
    return new X509Certificate(text.includes('-----BEGIN') ? text : Buffer.from(text, 'base64'));
  } catch {
    throw invalid(`"${target}" must be the base64 of an X.509 certificate as DER or as PEM.`, target);
  }
}

export interface EncryptedContent {
  readonly data: string;
  readonly dataSignature: string;
  readonly dataKey: string;
  readonly encryptionCertificateId: string | null;
  readonly encryptionCertificateThumbprint: string;
}

/** `certificate`: DER in base64. */
export function encryptContent(
  json: string,
  { certificate, certificateId }: { readonly certificate: string; readonly certificateId: string | null },
): EncryptedContent {
  const parsed = new X509Certificate(Buffer.from(certificate, 'base64'));
  const key = randomBytes(32);
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16));
  const data = Buffer.concat([cipher.update(json, 'utf8'), cipher.final()]);
  const padding = { key: parsed.publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
  return {
    data: data.toString('base64'),
    dataSignature: createHmac('sha256', key).update(data).digest('base64'),
    dataKey: publicEncrypt(padding, key).toString('base64'),
    encryptionCertificateId: certificateId,
    encryptionCertificateThumbprint: parsed.fingerprint.replaceAll(':', ''),
  };
}
