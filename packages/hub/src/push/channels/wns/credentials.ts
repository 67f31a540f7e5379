// What an operator gives for WNS: an app registration of Microsoft Entra, or the package SID and secret of the Store.
// Whether they are good, only Microsoft's token endpoint can tell.
import { checkWord, given, readUrl } from '../credential-checks.ts';
import type { CredentialRules } from '../descriptor.ts';
import { members, name, secret, url } from '../schema.ts';

export interface WnsCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where the token comes from; absent: Microsoft's, classic for a package SID (`ms-app://…`), else Entra's. */
  readonly tokenUrl?: string;
}

const secretOf = { member: 'clientSecret', required: true } as const;

export const wnsCredentials: CredentialRules<WnsCredentials> = {
  schema: members({ clientId: name, clientSecret: secret }, { tokenUrl: url }),
  read({ clientId, clientSecret, tokenUrl }) {
    checkWord(clientId, 'clientId', 'the application id of the Entra registration, or the package SID');
    checkWord(clientSecret, 'clientSecret', 'the value of the secret (not its id)');
    return { clientId, clientSecret, ...(tokenUrl ? { tokenUrl: readUrl(tokenUrl, 'tokenUrl') } : {}) };
  },
  show: ({ clientId, tokenUrl }) => given({ clientId, tokenUrl }),
  options: [
    {
      flags: '--client-id <id>',
      help: 'application id of the Entra registration, or package SID',
      member: 'clientId',
      from: 'argument',
      required: true,
    },
    {
      ...secretOf,
      flags: '--client-secret-file <file>',
      help: 'file with its secret',
      from: 'lineFile',
      fileName: 'wns-client-secret',
    },
    {
      ...secretOf,
      flags: '--client-secret-stdin',
      help: 'read its secret from standard input',
      from: 'stdin',
    },
    {
      ...secretOf,
      flags: '--client-secret <text>',
      help: 'its secret (other processes may read it here)',
      from: 'argument',
      exposes: true,
    },
    {
      flags: '--token-url <url>',
      help: "where the token comes from (default: Microsoft's)",
      member: 'tokenUrl',
      from: 'argument',
    },
  ],
  provider: 'https://login.microsoftonline.com',
  expiry: 'a secret of Entra ends on the date shown there, which the hub can not see',
};
