// Makes X.509 certificates (RFC 5280) for keys on the curve P-256: what a local certificate authority and its servers
// need for development and tests. PKI.js encodes and signs them, and is loaded when the first one is made.
import { createHash, createPublicKey, type KeyObject, randomBytes, X509Certificate } from 'node:crypto';
import type { BaseBlock } from 'asn1js';
import ipaddr from 'ipaddr.js';
import type { Extension, GeneralName } from 'pkijs';

export interface CertificateOptions {
  readonly commonName: string;
  readonly key: KeyObject;
  readonly issuer: { readonly commonName: string; readonly key: KeyObject };
  readonly notBefore: number;
  readonly notAfter: number;
  /** Host names and addresses that a server's certificate is for; absent: a certificate authority. */
  readonly hosts?: readonly string[];
}

type Library = typeof import('pkijs') & typeof import('asn1js');

const oid = {
  commonName: '2.5.4.3',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
};
const curve = { name: 'ECDSA', namedCurve: 'P-256' };
/** Tags of GeneralName, RFC 5280, section 4.2.1.6. */
const dnsName = 2;
const ipAddress = 7;

/** The certificate as PEM. */
export async function makeCertificate(options: CertificateOptions): Promise<string> {
  const library: Library = { ...(await import('asn1js')), ...(await import('pkijs')) };
  const { Certificate, Integer } = library;
  const { key, issuer, commonName, notBefore, notAfter, hosts } = options;
  const certificate = new Certificate({
    version: 2, // X.509 v3
    serialNumber: new Integer({ valueHex: serialNumber() }),
    issuer: nameOf(library, issuer.commonName),
    notBefore: timeOf(library, notBefore),
    notAfter: timeOf(library, notAfter),
    subject: nameOf(library, commonName),
    extensions: [
      ...keyIdentifiers(library, options),
      ...(hosts ? serverExtensions(library, hosts) : authorityExtensions(library)),
    ],
  });
  const { subtle } = globalThis.crypto;
  const publicKey = await subtle.importKey('spki', publicKeyOf(key), curve, true, ['verify']);
  await certificate.subjectPublicKeyInfo.importKey(publicKey);
  const signingKey = Uint8Array.from(issuer.key.export({ format: 'der', type: 'pkcs8' }));
  await certificate.sign(await subtle.importKey('pkcs8', signingKey, curve, false, ['sign']), 'SHA-256');
  return new X509Certificate(Buffer.from(certificate.toSchema(true).toBER())).toString();
}

/** Random, positive, 16 bytes. */
function serialNumber(): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from(randomBytes(16));
  bytes[0] = 0x40;
  return bytes;
}

/** UTCTime until 2049, GeneralizedTime after it (RFC 5280, section 4.1.2.5). */
function timeOf({ Time, TimeType }: Library, time: number) {
  const value = new Date(time);
  return new Time({
    type: value.getUTCFullYear() < 2050 ? TimeType.UTCTime : TimeType.GeneralizedTime,
    value,
  });
}

function nameOf({ AttributeTypeAndValue, RelativeDistinguishedNames, Utf8String }: Library, value: string) {
  const commonName = new AttributeTypeAndValue({ type: oid.commonName, value: new Utf8String({ value }) });
  return new RelativeDistinguishedNames({ typesAndValues: [commonName] });
}

function keyIdentifiers(library: Library, { key, issuer }: CertificateOptions): Extension[] {
  const subject = new library.OctetString({ valueHex: identifierOf(key) });
  const authority = new library.AuthorityKeyIdentifier({
    keyIdentifier: new library.OctetString({ valueHex: identifierOf(issuer.key) }),
  });
  return [
    extension(library, oid.subjectKeyIdentifier, subject, false),
    extension(library, oid.authorityKeyIdentifier, authority.toSchema(), false),
  ];
}

/** RFC 7093, section 2: 160 bits of a SHA-256. */
function identifierOf(key: KeyObject): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(createHash('sha256').update(publicKeyOf(key)).digest().subarray(0, 20));
}

function publicKeyOf(key: KeyObject): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(createPublicKey(key).export({ format: 'der', type: 'spki' }));
}

function authorityExtensions(library: Library): Extension[] {
  const { BasicConstraints } = library;
  const noneBelow = new BasicConstraints({ cA: true, pathLenConstraint: 0 });
  return [
    extension(library, oid.basicConstraints, noneBelow.toSchema()),
    extension(library, oid.keyUsage, bits(library, 0b0000_0110, 1)), // keyCertSign, cRLSign
  ];
}

function serverExtensions(library: Library, hosts: readonly string[]): Extension[] {
  const { BasicConstraints, ExtKeyUsage, GeneralNames } = library;
  const names = new GeneralNames({ names: hosts.map((host) => hostName(library, host)) });
  return [
    extension(library, oid.basicConstraints, new BasicConstraints({ cA: false }).toSchema()),
    extension(library, oid.keyUsage, bits(library, 0b1000_0000, 7)), // digitalSignature
    extension(
      library,
      oid.extendedKeyUsage,
      new ExtKeyUsage({ keyPurposes: [oid.serverAuth] }).toSchema(),
      false,
    ),
    extension(library, oid.subjectAltName, names.toSchema(), false),
  ];
}

function bits({ BitString }: Library, byte: number, unusedBits: number) {
  return new BitString({ valueHex: Uint8Array.of(byte), unusedBits });
}

function extension({ Extension }: Library, id: string, value: BaseBlock, critical = true): Extension {
  return new Extension({ extnID: id, critical, extnValue: value.toBER() });
}

function hostName({ GeneralName, OctetString }: Library, host: string): GeneralName {
  if (!ipaddr.isValid(host)) return new GeneralName({ type: dnsName, value: host });
  const valueHex = Uint8Array.from(ipaddr.parse(host).toByteArray());
  return new GeneralName({ type: ipAddress, value: new OctetString({ valueHex }) });
}
