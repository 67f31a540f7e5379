// The part of oidc-provider 9 that the embedded provider uses; the package ships no declarations of its own.
// Shapes are from its documentation (docs/README.md of panva/node-oidc-provider) and its source.
declare module 'oidc-provider' {
  import type { IncomingHttpHeaders, ServerResponse } from 'node:http';

  export interface Account {
    readonly accountId: string;
    claims(): Promise<Record<string, unknown>>;
  }
  export interface Client {
    readonly clientId: string;
    readonly clientSecret?: string;
    readonly clientAuthMethod: string;
    readonly redirectUris: readonly string[];
    readonly postLogoutRedirectUris: readonly string[];
    grantTypeAllowed(type: string): boolean;
    compareClientSecret(secret: string): boolean;
    redirectUriAllowed(uri: string): boolean;
    postLogoutRedirectUriAllowed(uri: string): boolean;
  }
  export interface Grant {
    jti: string;
    readonly accountId: string;
    addOIDCScope(scopes: readonly string[]): void;
    addResourceScope(resource: string, scopes: readonly string[]): void;
    save(): Promise<string>;
  }
  export interface ResourceServerInfo {
    readonly scope: string;
    readonly audience: string;
    readonly accessTokenFormat: 'jwt';
    readonly jwt: { readonly sign: { readonly alg: 'RS256' } };
  }
  export interface Token {
    readonly kind: string;
    readonly accountId?: string;
    readonly clientId: string;
    readonly sessionUid?: string;
    readonly expiration: number;
    readonly scopes: ReadonlySet<string>;
    scope?: string;
    resourceServer?: object;
    save(): Promise<string>;
  }
  export interface RefreshToken extends Token {
    readonly jti: string;
    generateTokenId(): string;
  }
  export interface IdToken {
    scope?: string;
    issue(options: { use: 'idtoken' }): Promise<string>;
  }
  export interface Interaction {
    readonly uid: string;
    readonly params: Readonly<Record<string, string | undefined>>;
  }
  export interface Context {
    readonly path: string;
    readonly req: { readonly headers: IncomingHttpHeaders; readonly url?: string };
    status: number;
    type: string;
    body: unknown;
    set(name: string, value: string): void;
    remove(name: string): void;
    readonly oidc: {
      readonly provider: Provider;
      readonly client?: Client;
      readonly account?: Account;
      readonly route: string;
      readonly params: Record<string, string | undefined>;
      readonly prompts: ReadonlySet<string>;
      readonly requestParamScopes: ReadonlySet<string>;
      readonly requestParamOIDCScopes: ReadonlySet<string>;
      readonly resourceServers: Readonly<Record<string, { readonly scopes: ReadonlySet<string> }>>;
      readonly session?: {
        readonly accountId?: string;
        readonly uid: string;
        readonly state?: { readonly postLogoutRedirectUri?: string };
        grantIdFor(clientId: string): string | undefined;
        /** Whether the user signed in longer ago than this. */
        past(seconds: number): boolean;
      };
      readonly entities: {
        readonly Account?: Account;
        readonly Client?: Client;
        readonly IdTokenHint?: { readonly payload: { readonly sub?: string } };
        readonly AuthorizationCode?: Token;
        readonly RefreshToken?: RefreshToken;
        /** The one that the request has spent. */
        readonly RotatedRefreshToken?: RefreshToken;
      };
      entity(key: string, value: object): void;
    };
  }

  interface Model<T> {
    new (fields: Readonly<Record<string, unknown>>): T;
    find(id: string): Promise<T | undefined>;
  }

  export class Provider {
    /** Of the request that is being handled. */
    static readonly ctx: Context | undefined;
    constructor(issuer: string, configuration: Readonly<Record<string, unknown>>);
    readonly Client: { readonly prototype: Client };
    readonly Grant: Model<Grant>;
    readonly AccessToken: Model<Token>;
    readonly RefreshToken: Model<RefreshToken> & {
      readonly prototype: RefreshToken;
      revokeByGrantId(grantId: string): Promise<void>;
    };
    readonly IdToken: new (
      claims: Readonly<Record<string, unknown>>,
      options: { ctx: Context },
    ) => IdToken;
    readonly ResourceServer: new (
      identifier: string,
      info: ResourceServerInfo,
    ) => object;
    readonly request: object;
    registerGrantType(
      name: string,
      handler: (ctx: Context) => Promise<void>,
      parameters: readonly string[],
    ): void;
    use(middleware: (ctx: Context, next: () => Promise<void>) => Promise<void>): void;
    on(event: string, listener: (...parts: never[]) => void): void;
    callback(): (request: object, response: ServerResponse) => Promise<void>;
    interactionDetails(request: object, response: ServerResponse): Promise<Interaction>;
    interactionFinished(request: object, response: ServerResponse, result: object): Promise<void>;
  }

  interface ErrorOptions {
    readonly cause?: unknown;
  }
  export const errors: {
    readonly CustomOIDCProviderError: new (
      error: string,
      description: string,
      options?: ErrorOptions,
    ) => Error;
    readonly InvalidRequest: new (description: string) => Error;
    readonly InvalidScope: new (description: string, scope?: string) => Error;
    readonly InvalidTarget: new (description: string) => Error;
    readonly SessionNotFound: new (description: string) => Error;
  };
  interface Check {
    readonly reason: string;
  }
  export const interactionPolicy: {
    readonly Check: new (
      reason: string,
      description: string,
      error: string,
      check: (ctx: Context) => boolean,
    ) => Check;
    base(): {
      remove(name: string): void;
      get(name: string): { readonly checks: Check[] };
    };
  };
}
