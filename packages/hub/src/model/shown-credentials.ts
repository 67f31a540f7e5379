// What of push credentials may be shown: enough for an operator to tell which they are, and nothing that proves anything.
// Kept beside the sealed ones, so that showing needs no key.
import type { CredentialKind, Credentials } from './credentials.ts';

/** The members of the credentials that are no secret, shaped as they were put. */
export type ShownCredentials = Readonly<Record<string, unknown>>;

const shown: { readonly [K in CredentialKind]: (credentials: Credentials[K]) => ShownCredentials } = {
  wns: ({ clientId, tokenUrl }) => given({ clientId, tokenUrl }),
  apns: ({ teamId, keyId, baseUrl }) => given({ teamId, keyId, baseUrl }),
  fcm: ({ serviceAccount: { project_id, client_email, private_key_id, token_uri }, baseUrl }) =>
    given({ serviceAccount: given({ project_id, client_email, private_key_id, token_uri }), baseUrl }),
};

export function showCredentials<K extends CredentialKind>(
  kind: K,
  credentials: Credentials[K],
): ShownCredentials {
  return shown[kind](credentials);
}

function given(members: Readonly<Record<string, unknown>>): ShownCredentials {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
