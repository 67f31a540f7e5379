// Whose tokens are trusted, and how the inbox page and the console sign people in where the operator chose the issuer. Issuers
// spell scopes differently, so the pages' are settings.
import { Type } from '@carillon/protocol/schemas';
import { isLoopback } from '../lib/url-host.ts';
import { quoteUrl } from './expected.ts';
import { flag, type Reading, repeated, setting } from './setting.ts';

interface InboxSettings {
  /** Null: the operator named none. */
  readonly clientId: string | null;
  readonly scope: string;
  /** Where the page loads the pictures of notifications from: their sites, the hub, or not at all. */
  readonly pictures: 'direct' | 'proxied' | 'off';
}

interface ConsoleSettings {
  /** Null: the operator named none. */
  readonly clientId: string | null;
  readonly scope: string;
}

export interface IdentityConfig {
  /** Empty: the embedded provider. */
  readonly issuers: readonly string[];
  readonly audiences: readonly string[];
  readonly adminIssuer: string | null;
  /** Whether operators who only read may look at the content of notifications. */
  readonly operatorReadContent: boolean;
  /** Whether the embedded provider may run with PostgreSQL. */
  readonly embeddedProvider: boolean;
  /** How the inbox page signs users in at the first issuer. */
  readonly inbox: InboxSettings;
  /** How the console signs operators in at the admin issuer. */
  readonly console: ConsoleSettings;
}

export const identitySettings = {
  issuer: repeated(
    { takes: 'url', usual: 'the embedded provider', about: 'OpenID Connect issuer to trust' },
    readIssuer,
  ),
  audience: repeated(
    { takes: 'text', usual: 'the public URL', about: 'audience that tokens must be for' },
    (given) => given,
  ),
  'admin-issuer': setting(
    {
      schema: Type.String({ minLength: 1 }),
      takes: 'url',
      usual: 'the only issuer',
      about: "issuer of operators' tokens",
    },
    (given) => (given === null ? null : readIssuer(given)),
  ),
  'operator-read-content': flag('operators with the role Carillon.Read may look at content'),
  'embedded-provider': flag('run the embedded OpenID provider with PostgreSQL too'),
  'inbox-client-id': setting({
    schema: Type.String({ minLength: 1 }),
    takes: 'id',
    usual: 'none',
    about: 'client that the inbox page signs users in with, at the first issuer',
  }),
  'inbox-scope': setting({
    schema: Type.String({ minLength: 1 }),
    default: 'openid profile offline_access Notifications.ReadWrite',
    takes: 'scopes',
    about: 'what the inbox page asks that issuer for',
  }),
  'console-client-id': setting({
    schema: Type.String({ minLength: 1 }),
    takes: 'id',
    usual: 'none',
    about: 'client that the console signs operators in with, at the admin issuer',
  }),
  'console-scope': setting({
    schema: Type.String({ minLength: 1 }),
    default: 'openid profile Carillon.Admin',
    takes: 'scopes',
    about: 'what the console asks that issuer for',
  }),
  'inbox-no-pictures': flag('the inbox page loads no pictures of other sites'),
  'inbox-proxy-pictures': flag('the inbox page loads pictures of other sites through the hub'),
};

export function readIdentity(
  { values, isGiven, problem }: Reading<typeof identitySettings>,
  { dev, publicUrl }: { readonly dev: boolean; readonly publicUrl: string },
): IdentityConfig {
  const { issuer: issuers, audience: audiences } = values;
  for (const name of ['inbox-client-id', 'console-client-id'] as const)
    if (isGiven(name) && !isGiven('issuer')) problem(name, 'is needed only beside issuer');
  const isOff = values['inbox-no-pictures'];
  if (isOff && values['inbox-proxy-pictures'])
    problem('inbox-proxy-pictures', 'says the contrary of inbox-no-pictures');
  return {
    issuers,
    audiences: audiences.length > 0 ? audiences : [publicUrl],
    adminIssuer: values['admin-issuer'] ?? (issuers.length === 1 ? (issuers[0] ?? null) : null),
    operatorReadContent: values['operator-read-content'],
    embeddedProvider: dev || values['embedded-provider'],
    inbox: {
      clientId: values['inbox-client-id'],
      scope: values['inbox-scope'],
      pictures: isOff ? 'off' : values['inbox-proxy-pictures'] ? 'proxied' : 'direct',
    },
    console: { clientId: values['console-client-id'], scope: values['console-scope'] },
  };
}

function readIssuer(given: string): string {
  const url = URL.parse(given);
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))) return given;
  throw new Error(`${quoteUrl(given)} must be an https URL (http only on loopback)`);
}
