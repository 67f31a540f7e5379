// Push credentials as providers give them, with keys of their own: real enough for the hub to take, and of no worth.
import { generateKeyPairSync } from 'node:crypto';
import { builtInChannels } from '../../../hub/src/hub/channels.ts';
import type { GivenCredentials } from '../../../hub/src/model/credentials.ts';

function pemOf(key: { export(options: { type: 'pkcs8'; format: 'pem' }): string | Buffer }): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

export const ecKey = pemOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
export const rsaKey = pemOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
export const foreignCurveKey = pemOf(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey);

export const wns = {
  clientId: '0c0ffee0-0000-4000-8000-000000000001',
  clientSecret: 'wns~secret~of~the~app',
  tokenUrl: 'http://127.0.0.1:9/token',
};

export const apns = {
  teamId: 'TEAM123456',
  keyId: 'KEY1234567',
  privateKey: ecKey,
  baseUrl: 'http://127.0.0.1:9',
};

export const serviceAccount = {
  type: 'service_account',
  project_id: 'bells-1',
  private_key_id: 'abcdef',
  private_key: rsaKey,
  client_email: 'pusher@bells-1.iam.gserviceaccount.com',
  client_id: '1',
  auth_uri: 'https://accounts.google.com/o/oauth2/auth',
  token_uri: 'http://127.0.0.1:9/token',
};

export const fcm = { serviceAccount, baseUrl: 'http://127.0.0.1:9' };

/** The middle lines of a PEM: what must be found nowhere. */
export function heartOf(pem: string): string {
  return pem.split('\n')[2] ?? pem;
}

/** As a registry takes them. */
export function given(channel: string, credentials: object): GivenCredentials {
  const rules = builtInChannels.find(({ type }) => type === channel)?.credentials;
  return { credentials, shown: rules?.show(credentials) ?? {} };
}
