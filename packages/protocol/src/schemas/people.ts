// Schemas of local users and of where they are signed in, as operators and commands see them. A password goes in and
// never comes out.

import { dateTime, nullable, strictObject } from './build.ts';
import { Type } from './type.ts';

const passwordCharacters = 1024;
const password = Type.String({ minLength: 1, maxLength: passwordCharacters });

export const userPostSchema = strictObject({
  name: Type.String({ minLength: 1, maxLength: 256 }),
  password: Type.Optional(password),
  operator: Type.Optional(Type.Boolean()),
  operatorRead: Type.Optional(Type.Boolean()),
});

export const passwordPostSchema = strictObject({ password: Type.Optional(password) });

/** As the user sees it. */
export const ownUserSchema = strictObject({
  id: Type.String(),
  userPrincipalName: Type.String(),
  displayName: Type.String(),
});

const userMembers = {
  id: Type.String(),
  name: Type.String(),
  operator: Type.Boolean(),
  operatorRead: Type.Boolean(),
  disabled: Type.Boolean(),
};

/** `passwordLink`: where the user sets a password, once and within a day. */
export const userSchema = strictObject({
  ...userMembers,
  passwordLink: Type.Optional(strictObject({ url: Type.String(), expirationDateTime: dateTime })),
});

/**
 * A person of any issuer, with how much the hub holds of them. `local`: an account of the embedded provider; `issuer`: of the
 * feed, null before the first notification or device. `bytes`: null where it is not counted yet.
 */
export const personSchema = strictObject({
  ...userSchema.properties,
  local: Type.Boolean(),
  issuer: nullable(Type.String()),
  notifications: Type.Integer(),
  subscriptions: Type.Integer(),
  changeSubscriptions: Type.Integer(),
  sessions: Type.Integer(),
  storage: Type.Array(
    strictObject({ appId: Type.String(), bytes: nullable(Type.Integer()), bytesMax: Type.Integer() }),
  ),
});

/** Several clients may use one sign-in. */
const sessionMembers = {
  id: Type.String(),
  clients: Type.Array(Type.String()),
  signedInDateTime: dateTime,
  lastUsedDateTime: dateTime,
  expirationDateTime: dateTime,
};

export const userSessionSchema = strictObject(sessionMembers);

/** `current`: the one of the token that asks. */
export const ownSessionSchema = strictObject({ ...sessionMembers, current: Type.Boolean() });
