// Change notifications as a receiver takes them: the handshake, the signature of Standard Webhooks over the bytes that
// arrived, and the content that was encrypted for the receiver's certificate.
import { constants, createDecipheriv, createHmac, privateDecrypt, timingSafeEqual } from 'node:crypto';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { Webhook } from 'standardwebhooks';

export interface ChangeNotification {
  readonly id: string;
  readonly subscriptionId: string;
  readonly subscriptionExpirationDateTime: string;
  readonly clientState?: string | null;
  readonly changeType?: 'created' | 'updated' | 'deleted';
  /** In place of `changeType`: what became of the subscription itself. */
  readonly lifecycleEvent?: 'missed' | 'reauthorizationRequired' | 'subscriptionRemoved';
  readonly resource?: string;
  readonly tenantId?: string;
  readonly resourceData?: Readonly<Record<string, unknown>> | null;
  readonly encryptedContent?: EncryptedContent;
}

export interface EncryptedContent {
  /** Base64, as are the next two. */
  readonly data: string;
  readonly dataSignature: string;
  readonly dataKey: string;
  readonly encryptionCertificateId: string;
  readonly encryptionCertificateThumbprint: string;
}

export interface WebhookBody {
  readonly value: readonly ChangeNotification[];
  readonly validationTokens?: readonly string[];
}

type HeaderValues = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What to answer to the handshake, as text/plain with status 200; null when the request is none. */
export function validationTokenOf(url: string): string | null {
  return new URL(url, 'http://receiver.invalid').searchParams.get('validationToken');
}

/**
 * Verifies a delivery and answers what it says. `body` is the bytes or the text as they arrived, `secrets` the `whsec_…`
 * secrets that hold: during a rotation two. Throws for a signature that is none of theirs or five minutes off.
 */
export function readWebhook(
  body: string | Buffer,
  headers: HeaderValues,
  secrets: readonly string[],
): WebhookBody {
  const plain = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
  let failure: unknown = new Error('no signing secret was given');
  for (const secret of secrets) {
    try {
      return new Webhook(secret).verify(body, plain) as WebhookBody;
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

/** The resource of a change that was subscribed with `includeResourceData`. `privateKey` is PEM. */
export function decryptContent(
  content: EncryptedContent,
  privateKey: string,
): Readonly<Record<string, unknown>> {
  const { data, dataKey, dataSignature } = content;
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const key = privateDecrypt({ key: privateKey, padding, oaepHash: 'sha1' }, Buffer.from(dataKey, 'base64'));
  const sealed = Buffer.from(data, 'base64');
  const signature = createHmac('sha256', key).update(sealed).digest();
  const given = Buffer.from(dataSignature, 'base64');
  if (given.length !== signature.length || !timingSafeEqual(given, signature))
    throw new Error('the signature of the encrypted content does not match');
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16));
  const text = Buffer.concat([decipher.update(sealed), decipher.final()]).toString();
  return JSON.parse(text) as Readonly<Record<string, unknown>>;
}

export interface ValidationOptions {
  /** The hub's public URL. */
  readonly baseUrl: string;
  /** The id of the app that subscribed. */
  readonly appId: string;
}

const keySets = new Map<string, ReturnType<typeof createRemoteJWKSet>>();

/** Throws unless each token is the hub's, for this app. A delivery with resource data holds at least one. */
export async function verifyValidationTokens(
  tokens: readonly string[] | undefined,
  { baseUrl, appId }: ValidationOptions,
): Promise<void> {
  if (!tokens || tokens.length === 0) throw new Error('the delivery holds no validation token');
  const issuer = baseUrl.replace(/\/+$/, '');
  const keys = keySets.get(issuer) ?? createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));
  keySets.set(issuer, keys);
  for (const token of tokens) await jwtVerify(token, keys, { issuer, audience: appId });
}
