// Schemas of what an operator sends: apps and their host names, push credentials, deliveries to try again.
// What keys and URLs must look like beyond their shape is the hub's to say.
import Type from 'typebox';
import { limits } from '../limits.ts';
import { strictObject } from './build.ts';

const clientsMax = 10;
const hostsMax = 100;
const redirectUrisMax = 20;

const id = Type.String({ minLength: 1, maxLength: 128 });
const hostName = Type.String({ minLength: 1, maxLength: limits.hostNameCharacters });
const url = Type.String({ minLength: 1, maxLength: limits.pushAddressCharacters });

/** A name, or an entry of an app's `hosts` as it was answered. */
const host = Type.Union([
  hostName,
  strictObject({
    host: hostName,
    verified: Type.Optional(Type.Boolean()),
    challenge: Type.Optional(Type.Unknown()),
  }),
]);

const client = strictObject(
  {
    clientId: id,
    public: Type.Optional(Type.Boolean()),
    redirectUris: Type.Optional(Type.Array(url, { maxItems: redirectUrisMax })),
  },
  { ignored: ['clientSecret'] },
);

const appMembers = {
  hosts: Type.Optional(Type.Array(host, { maxItems: hostsMax })),
  clients: Type.Optional(Type.Array(client, { maxItems: clientsMax })),
  blocked: Type.Optional(Type.Boolean()),
  newSecrets: Type.Optional(Type.Boolean()),
};

/** Of a PUT, which makes the app what is told, and of a PATCH, which leaves what is not told. */
export const appSchema = strictObject(appMembers, { ignored: ['appId', 'channels'] });

export const hostPostSchema = strictObject({ host: hostName });

const name = Type.String({ minLength: 1, maxLength: 256 });
const secret = Type.String({ minLength: 1, maxLength: 4096 });
const privateKey = Type.String({ minLength: 1, maxLength: 16_384 });

export const wnsCredentialsSchema = strictObject({
  clientId: name,
  clientSecret: secret,
  tokenUrl: Type.Optional(url),
});

export const apnsCredentialsSchema = strictObject({
  teamId: name,
  keyId: name,
  privateKey,
  baseUrl: Type.Optional(url),
});

/** Google's own JSON, of which more is kept than is used: its other members may be anything. */
export const fcmCredentialsSchema = strictObject({
  serviceAccount: Type.Object({
    project_id: name,
    client_email: name,
    private_key: privateKey,
    private_key_id: Type.Optional(name),
    token_uri: Type.Optional(url),
  }),
  baseUrl: Type.Optional(url),
});

export const redriveSchema = strictObject({
  ids: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 512 }), { minItems: 1, maxItems: 100 }),
  ),
  all: Type.Optional(Type.Boolean()),
  app: Type.Optional(id),
});
