// What an operator gives for FCM: the JSON of a Google service account's key, kept as Google gave it. Checked when it is
// put, so that a push never finds a key that can't sign.
import { invalid } from '../../../model/errors.ts';
import { given, readKey, readUrl } from '../credential-checks.ts';
import type { CredentialRules } from '../descriptor.ts';
import { members, name, privateKey, url } from '../schema.ts';

/** The part of Google's JSON that is used; the rest is kept as it was given. */
export interface ServiceAccount {
  readonly type?: unknown;
  readonly project_id: string;
  readonly client_email: string;
  readonly private_key: string;
  readonly private_key_id?: string;
  readonly token_uri?: string;
}

export interface FcmCredentials {
  readonly serviceAccount: ServiceAccount;
  /** Absent: https://fcm.googleapis.com. */
  readonly baseUrl?: string;
}

const account = 'serviceAccount';
const leastRsaBits = 2048;

/** Its other members may be anything. Behind `allOf`, where the reader of bodies drops and refuses no member. */
const accountSchema = {
  allOf: [
    {
      type: 'object',
      required: ['project_id', 'client_email', 'private_key'],
      properties: {
        project_id: name,
        client_email: name,
        private_key: privateKey,
        private_key_id: name,
        token_uri: url,
      },
    },
  ],
};

export const fcmCredentials: CredentialRules<FcmCredentials> = {
  schema: members({ serviceAccount: accountSchema }, { baseUrl: url }),
  read({ serviceAccount, baseUrl }) {
    checkAccount(serviceAccount);
    return { serviceAccount, ...(baseUrl ? { baseUrl: readUrl(baseUrl, 'baseUrl') } : {}) };
  },
  show: ({ serviceAccount: { project_id, client_email, private_key_id, token_uri }, baseUrl }) =>
    given({ serviceAccount: given({ project_id, client_email, private_key_id, token_uri }), baseUrl }),
  options: [
    {
      flags: '--service-account-file <file>',
      help: "Google's JSON of the service account's key",
      member: account,
      from: 'jsonFile',
      required: true,
      mend: 'take the file as Google gave it',
      fileName: 'service-account.json',
    },
    {
      flags: '--base-url <url>',
      help: "where pushes go (default: the provider's)",
      member: 'baseUrl',
      from: 'argument',
    },
  ],
  provider: 'https://fcm.googleapis.com',
  expiry: 'a key of a service account does not expire',
};

function checkAccount({ type, project_id, client_email, private_key, token_uri }: ServiceAccount): void {
  if (type !== undefined && type !== 'service_account') {
    throw invalid(
      `"${account}.type" must be "service_account": take the JSON of a service account's key.`,
      `${account}.type`,
    );
  }
  if (!/^[A-Za-z0-9][\w.:-]*$/.test(project_id)) {
    throw invalid(`"${account}.project_id" must be the id of a Google project.`, `${account}.project_id`);
  }
  if (!/^[^\s@]+@[^\s@]+$/.test(client_email)) {
    throw invalid(`"${account}.client_email" must be an e-mail address.`, `${account}.client_email`);
  }
  const key = readKey(private_key, `${account}.private_key`, "Google's own text of it");
  if (key.asymmetricKeyType !== 'rsa' || (key.asymmetricKeyDetails?.modulusLength ?? 0) < leastRsaBits) {
    throw invalid(
      `"${account}.private_key" must be an RSA key of at least ${leastRsaBits} bits.`,
      `${account}.private_key`,
    );
  }
  if (token_uri !== undefined) readUrl(token_uri, `${account}.token_uri`);
}
