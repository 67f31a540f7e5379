// The schema of what a notification shows. Rules that a single member can't say (schemes of URLs, ids that differ, progress
// within its bounds) are the operation's.

import { limits } from '../limits.ts';
import { interruptionLevels, textDirections } from '../visual-content.ts';
import { nullable, oneOf, strictObject, text } from './build.ts';
import { Type } from './type.ts';

const url = text(limits.linkBytes, 1);
const name = Type.String({ minLength: 1, maxLength: limits.appNameCharacters });

/** The grandfathered tags that the grammar has by name; the regular ones follow it anyway. */
const irregular = [
  ...['en-GB-oed', 'i-ami', 'i-bnn', 'i-default', 'i-enochian', 'i-hak', 'i-klingon', 'i-lux', 'i-mingo'],
  ...['i-navajo', 'i-pwn', 'i-tao', 'i-tay', 'i-tsu', 'sgn-BE-FR', 'sgn-BE-NL', 'sgn-CH-DE'],
];

/** A pattern of a schema has no flag for it. */
const inAnyCase = (text: string) =>
  text.replace(/[a-z]/gi, (letter) => `[${letter.toUpperCase()}${letter.toLowerCase()}]`);

/** A well-formed tag by its grammar (RFC 5646, section 2.1). */
const languageTag =
  '^(?:[A-Za-z]{2,3}(?:-[A-Za-z]{3}){0,3}|[A-Za-z]{4,8})(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?' +
  '(?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*(?:-[0-9A-WY-Za-wy-z](?:-[A-Za-z0-9]{2,8})+)*' +
  '(?:-[Xx](?:-[A-Za-z0-9]{1,8})+)?$|^[Xx](?:-[A-Za-z0-9]{1,8})+$|' +
  `^(?:${irregular.map(inAnyCase).join('|')})$`;

const input = strictObject({
  placeholder: Type.Optional(nullable(Type.String({ maxLength: limits.placeholderCharacters }))),
  maxLength: Type.Optional(nullable(Type.Integer({ minimum: 1, maximum: limits.actionInputCharacters }))),
});

export const actionSchema = strictObject({
  id: Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$', description: '1 to 64 of A–Z, a–z, 0–9, _ and -' }),
  title: Type.String({ minLength: 1, maxLength: limits.actionTitleCharacters }),
  url: Type.Optional(nullable(url)),
  destructive: Type.Optional(nullable(Type.Boolean())),
  requiresUnlock: Type.Optional(nullable(Type.Boolean())),
  input: Type.Optional(nullable(input)),
});

export const progressSchema = strictObject({
  value: Type.Number({ minimum: 0 }),
  max: Type.Number({ exclusiveMinimum: 0 }),
  label: Type.Optional(nullable(Type.String({ maxLength: limits.progressLabelCharacters }))),
});

export const visualContentSchema = strictObject(
  {
    title: text(limits.titleBytes, 1),
    body: Type.Optional(nullable(text(limits.visualBodyBytes))),
    url: Type.Optional(nullable(url)),
    iconUrl: Type.Optional(nullable(url)),
    imageUrl: Type.Optional(nullable(url)),
    actions: Type.Optional(nullable(Type.Array(actionSchema, { maxItems: limits.actions }))),
    sound: Type.Optional(nullable(name)),
    category: Type.Optional(nullable(name)),
    interruptionLevel: Type.Optional(nullable(oneOf(interruptionLevels))),
    lang: Type.Optional(
      nullable(
        Type.String({
          maxLength: limits.languageTagCharacters,
          pattern: languageTag,
          description: 'a language tag of BCP 47, such as en or de-CH',
        }),
      ),
    ),
    dir: Type.Optional(nullable(oneOf(textDirections))),
    progress: Type.Optional(nullable(progressSchema)),
  },
  { odataType: 'visualProperties' },
);
