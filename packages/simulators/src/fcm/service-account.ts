// Service accounts of Google projects: what the simulator knows of one, and makeServiceAccount, which makes a new one as
// the JSON file that Google's console would give.
import { generateKeyPairSync, randomBytes } from 'node:crypto';

/** Google's JSON, with the members that senders read. */
export interface ServiceAccountJson {
  readonly type: 'service_account';
  readonly project_id: string;
  readonly private_key_id: string;
  readonly private_key: string;
  readonly client_email: string;
  readonly client_id: string;
  readonly token_uri: string;
}

export interface FcmAccount {
  readonly projectId: string;
  readonly clientEmail: string;
  /** PEM of either; of a private key the public part is used. */
  readonly key: string;
  /** What an assertion's `aud` may be, beside Google's own address of the endpoint. */
  readonly tokenUri: string;
  /** For the guide only. */
  readonly serviceAccount?: ServiceAccountJson;
}

export interface MadeServiceAccount {
  readonly serviceAccount: ServiceAccountJson;
  /** For the simulator. */
  readonly account: FcmAccount;
}

export function makeServiceAccount(options: {
  readonly projectId: string;
  readonly tokenUri: string;
}): MadeServiceAccount {
  const { projectId, tokenUri } = options;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const serviceAccount: ServiceAccountJson = {
    type: 'service_account',
    project_id: projectId,
    private_key_id: randomBytes(20).toString('hex'),
    private_key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    client_email: `simulated@${projectId}.iam.gserviceaccount.com`,
    client_id: '100000000000000000000',
    token_uri: tokenUri,
  };
  return { serviceAccount, account: accountOf(serviceAccount) };
}

/** What the simulator needs to know of an account that there is already. */
export function accountOf(serviceAccount: ServiceAccountJson): FcmAccount {
  return {
    projectId: serviceAccount.project_id,
    clientEmail: serviceAccount.client_email,
    key: serviceAccount.private_key,
    tokenUri: serviceAccount.token_uri,
    serviceAccount,
  };
}
