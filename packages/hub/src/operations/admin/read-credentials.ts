// Push credentials as an operator gives them become credentials that can work: keys are parsed, URLs are URLs, and what
// is wrong is told by member, with what would be right and never with a part of a secret. For the API and the command.
import { createPrivateKey, type KeyObject } from 'node:crypto';
import {
  apnsCredentialsSchema,
  fcmCredentialsSchema,
  wnsCredentialsSchema,
} from '@carillon/protocol/schemas';
import type {
  ApnsCredentials,
  CredentialKind,
  Credentials,
  FcmCredentials,
  WnsCredentials,
} from '../../model/credentials.ts';
import { invalid } from '../../model/errors.ts';
import { openBodyReader } from '../kernel/body.ts';

const readers: { readonly [K in CredentialKind]: (json: unknown) => Credentials[K] } = {
  wns: readWns,
  apns: readApns,
  fcm: readFcm,
};

export function readCredentials<K extends CredentialKind>(kind: K, json: unknown): Credentials[K] {
  return readers[kind](json);
}

const wnsBody = openBodyReader<WnsCredentials>(wnsCredentialsSchema);
const apnsBody = openBodyReader<ApnsCredentials>(apnsCredentialsSchema);
const fcmBody = openBodyReader<FcmCredentials>(looseAccount(fcmCredentialsSchema));

function readWns(json: unknown): WnsCredentials {
  const { clientId, clientSecret, tokenUrl } = wnsBody(json);
  checkWord(clientId, 'clientId', 'the application id of the Entra registration, or the package SID');
  checkWord(clientSecret, 'clientSecret', 'the value of the secret (not its id)');
  return { clientId, clientSecret, ...(tokenUrl ? { tokenUrl: readUrl(tokenUrl, 'tokenUrl') } : {}) };
}

function readApns(json: unknown): ApnsCredentials {
  const { teamId, keyId, privateKey, baseUrl } = apnsBody(json);
  checkTen(teamId, 'teamId', 'the Membership page of the developer account');
  checkTen(keyId, 'keyId', 'the Keys page of the developer account, also in the name of the .p8 file');
  const key = readKey(privateKey, 'privateKey', 'the content of the .p8 file');
  if (key.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw invalid(
      '"privateKey" must be a key on the curve P-256, as the .p8 file of Apple holds.',
      'privateKey',
    );
  }
  return { teamId, keyId, privateKey, ...(baseUrl ? { baseUrl: readUrl(baseUrl, 'baseUrl') } : {}) };
}

const account = 'serviceAccount';
const leastRsaBits = 2048;

function readFcm(json: unknown): FcmCredentials {
  const { serviceAccount, baseUrl } = fcmBody(json);
  const { type } = serviceAccount as { type?: unknown };
  if (type !== undefined && type !== 'service_account') {
    throw invalid(
      `"${account}.type" must be "service_account": take the JSON of a service account's key.`,
      `${account}.type`,
    );
  }
  if (!/^[A-Za-z0-9][\w.:-]*$/.test(serviceAccount.project_id)) {
    throw invalid(`"${account}.project_id" must be the id of a Google project.`, `${account}.project_id`);
  }
  if (!/^[^\s@]+@[^\s@]+$/.test(serviceAccount.client_email)) {
    throw invalid(`"${account}.client_email" must be an e-mail address.`, `${account}.client_email`);
  }
  const key = readKey(serviceAccount.private_key, `${account}.private_key`, "Google's own text of it");
  if (key.asymmetricKeyType !== 'rsa' || (key.asymmetricKeyDetails?.modulusLength ?? 0) < leastRsaBits) {
    throw invalid(
      `"${account}.private_key" must be an RSA key of at least ${leastRsaBits} bits.`,
      `${account}.private_key`,
    );
  }
  if (serviceAccount.token_uri !== undefined) readUrl(serviceAccount.token_uri, `${account}.token_uri`);
  return { serviceAccount, ...(baseUrl ? { baseUrl: readUrl(baseUrl, 'baseUrl') } : {}) };
}

/** The reader of bodies refuses unknown members and drops annotations; Google's JSON is kept as it is. */
function looseAccount(schema: typeof fcmCredentialsSchema): typeof fcmCredentialsSchema {
  const { serviceAccount } = schema.properties;
  return {
    ...schema,
    properties: { ...schema.properties, serviceAccount: { allOf: [serviceAccount] } },
  } as never;
}

function checkWord(text: string, target: string, what: string): void {
  if (/^[\x21-\x7e]+$/.test(text)) return;
  throw invalid(`"${target}" must be ${what}: visible ASCII characters without spaces.`, target);
}

function checkTen(text: string, target: string, where: string): void {
  if (/^[A-Za-z0-9]{10}$/.test(text)) return;
  throw invalid(`"${target}" must be the 10 letters and digits from ${where}.`, target);
}

/** No message of the parser is passed on. */
function readKey(pem: string, target: string, what: string): KeyObject {
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
function readUrl(text: string, target: string): string {
  const url = URL.parse(text);
  const plain = url && url.username + url.password + url.hash === '';
  if (plain && /^https?:$/.test(url.protocol)) return text.replace(/\/+$/, '');
  throw invalid(`"${target}" must be an http or https URL without user, password and fragment.`, target);
}
