// Schemas of what an operator sends: apps and their host names, deliveries to try again. What push credentials hold is
// their channel's to say.
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

export const redriveSchema = strictObject({
  ids: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 512 }), { minItems: 1, maxItems: 100 }),
  ),
  all: Type.Optional(Type.Boolean()),
  app: Type.Optional(id),
});
