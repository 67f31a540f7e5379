// Push credentials of an app: what each provider gave its operator, so that the hub may push in the app's name.
// Write-only on the wire and encrypted at rest. Web Push needs none: the hub has a VAPID key pair of its own.

/** WNS: an app registration of Microsoft Entra, or the package SID and secret of the Store. */
export interface WnsCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where the token comes from; absent: Microsoft's, classic for a package SID (`ms-app://…`), else Entra's. */
  readonly tokenUrl?: string;
}

/** APNs: a token signing key of an Apple developer team. */
export interface ApnsCredentials {
  readonly teamId: string;
  readonly keyId: string;
  /** PKCS #8 PEM, the content of Apple's .p8 file. */
  readonly privateKey: string;
  /** Absent: Apple's, by the environment of the subscription. */
  readonly baseUrl?: string;
}

/** The part of Google's service account JSON that is used; the rest is kept as it was given. */
export interface ServiceAccount {
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

export interface Credentials {
  readonly wns: WnsCredentials;
  readonly apns: ApnsCredentials;
  readonly fcm: FcmCredentials;
}

export type CredentialKind = keyof Credentials;
export const credentialKinds = ['wns', 'apns', 'fcm'] as const satisfies readonly CredentialKind[];
