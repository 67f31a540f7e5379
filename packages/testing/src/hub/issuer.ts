// A tiny OpenID Connect issuer on a loopback socket: discovery, a key set that the test rotates, and tokens with any
// header and claims. It stands for Entra ID and everyone else whose tokens a hub believes.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import { listen } from './identity.ts';

type PrivateKey = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

export interface TestIssuer extends AsyncDisposable {
  readonly url: string;
  /** Published from now on; `hidden` signs without being published. */
  addKey(kid: string, algorithm: string, options?: { hidden?: boolean }): Promise<JWK>;
  removeKey(kid: string): void;
  publish(kid: string): void;
  /** Answers everything with that status; null to be well again. */
  fail(status: number | null): void;
  /** Answers its keys with that status, and discovery as ever. */
  failKeys(status: number | null): void;
  /** `header` beside or instead of what every token's has. */
  sign(kid: string, claims: JWTPayload, header?: Readonly<Record<string, unknown>>): Promise<string>;
  /** How often the keys were fetched. */
  readonly fetches: () => number;
  close(): Promise<void>;
}

interface Key {
  readonly algorithm: string;
  readonly privateKey: PrivateKey;
  readonly publicJwk: JWK;
  hidden: boolean;
}

export async function startIssuer(): Promise<TestIssuer> {
  const keys = new Map<string, Key>();
  let failing: number | null = null;
  let failingKeys: number | null = null;
  let fetches = 0;
  const server = createServer((request, response) => {
    const isKeys = request.url === '/keys';
    if (isKeys) fetches++;
    const published = [...keys.values()].filter(({ hidden }) => !hidden).map(({ publicJwk }) => publicJwk);
    const document = isKeys ? { keys: published } : { issuer: url, jwks_uri: `${url}/keys` };
    const status = failing ?? (isKeys ? failingKeys : null) ?? 200;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(document));
  });
  await listen(server);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = (): Promise<void> => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  };
  const find = (kid: string): Key => {
    const key = keys.get(kid);
    if (!key) throw new Error(`the issuer has no key ${kid}`);
    return key;
  };
  return {
    url,
    async addKey(kid, algorithm, { hidden = false } = {}) {
      const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
      const publicJwk = { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' };
      keys.set(kid, { algorithm, privateKey, publicJwk, hidden });
      return publicJwk;
    },
    removeKey: (kid) => void keys.delete(kid),
    publish(kid) {
      find(kid).hidden = false;
    },
    fail(status) {
      failing = status;
    },
    failKeys(status) {
      failingKeys = status;
    },
    sign(kid, claims, header = {}) {
      const { algorithm, privateKey } = find(kid);
      return new SignJWT(claims)
        .setProtectedHeader({ alg: algorithm, kid, typ: 'JWT', ...header })
        .sign(privateKey);
    },
    fetches: () => fetches,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The same bytes: a bit of the last character that a lenient decoder leaves out is another. */
export function otherSpelling(token: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = letters.indexOf(token.slice(-1));
  return token.slice(0, -1) + letters.charAt(last ^ 1);
}
