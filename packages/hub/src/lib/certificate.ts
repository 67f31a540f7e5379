// Makes X.509 certificates (RFC 5280) for keys on the curve P-256, in the little DER that they need. Only what a local
// certificate authority and its servers need: subject, validity, names, the basic constraints.
import { createHash, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';

export interface CertificateOptions {
  readonly commonName: string;
  readonly key: KeyObject;
  readonly issuer: { readonly commonName: string; readonly key: KeyObject };
  readonly notBefore: number;
  readonly notAfter: number;
  /** Host names and addresses that a server's certificate is for; absent: a certificate authority. */
  readonly hosts?: readonly string[];
}

const oid = {
  ecdsaWithSha256: [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02],
  commonName: [0x55, 0x04, 0x03],
  subjectKeyIdentifier: [0x55, 0x1d, 0x0e],
  authorityKeyIdentifier: [0x55, 0x1d, 0x23],
  basicConstraints: [0x55, 0x1d, 0x13],
  keyUsage: [0x55, 0x1d, 0x0f],
  extendedKeyUsage: [0x55, 0x1d, 0x25],
  subjectAltName: [0x55, 0x1d, 0x11],
  serverAuth: [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01],
};

/** The certificate as PEM. */
export function makeCertificate(options: CertificateOptions): string {
  const algorithm = sequence(der(0x06, oid.ecdsaWithSha256));
  const content = sequence(
    der(0xa0, der(0x02, [2])), // version 3
    der(0x02, [0x40, ...randomBytes(15)]), // a positive serial number
    algorithm,
    nameOf(options.issuer.commonName),
    sequence(timeOf(options.notBefore), timeOf(options.notAfter)),
    nameOf(options.commonName),
    publicKeyOf(options.key),
    der(0xa3, sequence(...keyIdentifiers(options), ...extensionsOf(options.hosts))),
  );
  const signature = sign('sha256', content, options.issuer.key);
  const certificate = sequence(content, algorithm, der(0x03, Buffer.concat([Buffer.of(0), signature])));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function keyIdentifiers({ key, issuer }: CertificateOptions): Buffer[] {
  return [
    extension(oid.subjectKeyIdentifier, der(0x04, identifierOf(key)), false),
    extension(oid.authorityKeyIdentifier, sequence(der(0x80, identifierOf(issuer.key))), false),
  ];
}

/** RFC 7093, section 2: 160 bits of a SHA-256. */
function identifierOf(key: KeyObject): Buffer {
  return createHash('sha256').update(publicKeyOf(key)).digest().subarray(0, 20);
}

function publicKeyOf(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: 'der', type: 'spki' });
}

function extensionsOf(hosts: readonly string[] | undefined): Buffer[] {
  if (!hosts) {
    return [
      extension(oid.basicConstraints, sequence(der(0x01, [0xff]), der(0x02, [0]))), // CA, no CA below it
      extension(oid.keyUsage, der(0x03, [1, 0x06])), // keyCertSign, cRLSign
    ];
  }
  return [
    extension(oid.basicConstraints, sequence()),
    extension(oid.keyUsage, der(0x03, [7, 0x80])), // digitalSignature
    extension(oid.extendedKeyUsage, sequence(der(0x06, oid.serverAuth)), false),
    extension(oid.subjectAltName, sequence(...hosts.map(hostName)), false),
  ];
}

function extension(id: readonly number[], value: Buffer, critical = true): Buffer {
  return sequence(der(0x06, id), ...(critical ? [der(0x01, [0xff])] : []), der(0x04, value));
}

function hostName(host: string): Buffer {
  if (isIPv4(host)) return der(0x87, host.split('.').map(Number));
  if (isIPv6(host)) return der(0x87, ipv6Bytes(host));
  return der(0x82, Buffer.from(host, 'ascii'));
}

function ipv6Bytes(address: string): number[] {
  const [head = '', tail] = address.split('::');
  const groups = (text: string) =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const first = groups(head);
  const last = groups(tail ?? '');
  const zeros = Array<number>(tail === undefined ? 0 : 8 - first.length - last.length).fill(0);
  return [...first, ...zeros, ...last].flatMap((group) => [group >> 8, group & 0xff]);
}

function nameOf(commonName: string): Buffer {
  return sequence(der(0x31, sequence(der(0x06, oid.commonName), der(0x0c, Buffer.from(commonName)))));
}

/** UTCTime until 2049, GeneralizedTime after it (RFC 5280, section 4.1.2.5). */
function timeOf(time: number): Buffer {
  const date = new Date(time);
  const digits = date.toISOString().replace(/\.\d+|[-:T]/g, '');
  return date.getUTCFullYear() < 2050
    ? der(0x17, Buffer.from(digits.slice(2), 'ascii'))
    : der(0x18, Buffer.from(digits, 'ascii'));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function der(tag: number, value: Uint8Array | readonly number[]): Buffer {
  const bytes = Buffer.from(value as Uint8Array);
  const length =
    bytes.length < 0x80
      ? [bytes.length]
      : bytes.length < 0x100
        ? [0x81, bytes.length]
        : [0x82, bytes.length >> 8, bytes.length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...length), bytes]);
}
