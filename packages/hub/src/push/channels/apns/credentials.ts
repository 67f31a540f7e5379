// What an operator gives for APNs: a token signing key of an Apple developer team. Checked when it is put, so that a
// push never finds a key that can't sign.
import { invalid } from '../../../model/errors.ts';
import { given, readKey, readUrl } from '../credential-checks.ts';
import type { CredentialRules } from '../descriptor.ts';
import { members, name, privateKey as pem, url } from '../schema.ts';

export interface ApnsCredentials {
  readonly teamId: string;
  readonly keyId: string;
  /** PKCS #8 PEM, the content of Apple's .p8 file. */
  readonly privateKey: string;
  /** Absent: Apple's, by the environment of the subscription. */
  readonly baseUrl?: string;
}

export const apnsCredentials: CredentialRules<ApnsCredentials> = {
  schema: members({ teamId: name, keyId: name, privateKey: pem }, { baseUrl: url }),
  read({ teamId, keyId, privateKey, baseUrl }) {
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
  },
  show: ({ teamId, keyId, baseUrl }) => given({ teamId, keyId, baseUrl }),
  options: [
    {
      flags: '--team-id <id>',
      help: 'id of the developer team',
      member: 'teamId',
      from: 'argument',
      required: true,
    },
    { flags: '--key-id <id>', help: 'id of the key', member: 'keyId', from: 'argument', required: true },
    {
      flags: '--key-file <file>',
      help: 'the .p8 file',
      member: 'privateKey',
      from: 'file',
      required: true,
      fileName: 'AuthKey.p8',
    },
    {
      flags: '--base-url <url>',
      help: "where pushes go (default: the provider's)",
      member: 'baseUrl',
      from: 'argument',
    },
  ],
  provider: 'https://api.push.apple.com',
  expiry: 'a key of APNs does not expire',
};

function checkTen(text: string, target: string, where: string): void {
  if (/^[A-Za-z0-9]{10}$/.test(text)) return;
  throw invalid(`"${target}" must be the 10 letters and digits from ${where}.`, target);
}
