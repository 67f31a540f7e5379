// The embedded OpenID provider: issues what Entra ID would, for one machine, development and small installations.
// Opening it is cheap; oidc-provider itself is loaded with the first request. Every URL that it writes is built from
// the public URL, whatever Host or forwarded headers say.
import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import type { Context, Provider } from 'oidc-provider';
import type { Clock } from '../../lib/clock.ts';
import { isBeyondMeasure } from '../../lib/inbound/dropped-body.ts';
import { retryHeaders, setRetryHeaders } from '../../lib/inbound/retry-headers.ts';
import type { Secrets } from '../../lib/seal.ts';
import type { Registry } from '../../store/registry.ts';
import type { AccessAudit } from '../access-audit.ts';
import { addressBlock } from '../address-block.ts';
import { sessionSubject } from '../revoked-tokens.ts';
import { openSecrets } from '../secrets.ts';
import { issuerOf, trimmed } from './claims.ts';
import { findClient, redirectAllowed, secretMatches } from './clients.ts';
import { configurationOf } from './configuration.ts';
import { InnerRequest, type OuterRequest, readBody } from './exchange/inner-request.ts';
import { registerOnBehalfOf } from './exchange/on-behalf-of.ts';
import { basicClient, rewriteAuthorization, rewriteToken } from './exchange/rewrite.ts';
import { openRefreshTokens, type RefreshTokens } from './grants/refresh-tokens.ts';
import { sessionRevokedMs } from './grants/sessions.ts';
import { openSweep, type Sweep } from './grants/sweep.ts';
import { openVisits, type Visits } from './grants/visits.ts';
import { type KeySet, openSigningKeys, type SigningKeys } from './keys.ts';
import { addressOf, noteTokens } from './note-tokens.ts';
import { type Refusal, Refused, refusalOf, retryOf } from './refusal.ts';
import { restoreNames } from './restore-names.ts';
import {
  changePasswordPath,
  entraPaths,
  metadataPaths,
  providerPaths,
  setPasswordPath,
  signInPath,
  userinfoPath,
} from './routes.ts';
import { type Attempts, openAttempts } from './sign-in/attempts.ts';
import { handleChangePassword } from './sign-in/change-password.ts';
import { type KnownBrowsers, openKnownBrowsers } from './sign-in/known-browser.ts';
import { openPages } from './sign-in/pages.ts';
import { openPasswordLinks } from './sign-in/password-link.ts';
import type { PasswordTurns } from './sign-in/password-turns.ts';
import { handleSetPassword, type SetPassword } from './sign-in/set-password.ts';
import { handleSignIn, type SignIn } from './sign-in/sign-in.ts';
import { handleUserinfo, type Userinfo } from './userinfo.ts';

export interface ProviderOptions {
  readonly registry: Registry;
  /** The hub's public URL; the issuer is `{publicUrl}/identity`. */
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly access: AccessAudit;
  /** The hub's, which its operations share. */
  readonly turns: PasswordTurns;
  readonly log?: { error(details: object, message: string): void } | undefined;
}

export interface IdentityProvider {
  readonly issuer: string;
  readonly publicKeys: KeySet;
  /**
   * Answers a request for a path below the issuer, given with or without `/identity`. `address` is the client's, for
   * the bound on guessing; by default the socket's.
   */
  handle(
    request: OuterRequest,
    response: ServerResponse | Http2ServerResponse,
    address?: string,
  ): Promise<void>;
  close(): void;
}

export async function openProvider(options: ProviderOptions): Promise<IdentityProvider> {
  const publicUrl = trimmed(options.publicUrl);
  const issuer = issuerOf(publicUrl);
  const keys = await openSigningKeys(options.registry, options.clock);
  const { registry, clock } = options;
  const secrets = await openSecrets('cookie', registry, clock);
  const sweep = openSweep(registry, clock);
  const opened: Opened = {
    ...{ issuer, keys, secrets, sweep },
    visits: openVisits({ grants: registry.grants, clock, sweep: sweep.run }),
    attempts: openAttempts(clock),
  };
  let loading: Promise<Loaded> | null = null;
  let loadedWith: readonly unknown[] = [];
  return {
    issuer,
    get publicKeys() {
      return keys.publicKeys;
    },
    async handle(request, anyResponse, address = request.socket.remoteAddress ?? '') {
      const response = anyResponse as ServerResponse; // HTTP/2's answers to the same calls
      try {
        // oidc-provider takes its keys once. Requests that are under way end with those that they began with.
        const present = [keys.privateKeys, secrets()];
        if (present.some((each, index) => each !== loadedWith[index])) loading = null;
        loadedWith = present;
        loading ??= load({ ...options, publicUrl }, opened);
        // One that failed, as while the registry is locked, is tried again by the next request.
        const loaded = await loading.catch((error: unknown) => {
          loading = null;
          throw error;
        });
        await answer(loaded, request, response, address);
      } catch (error) {
        if (!(error instanceof Refused)) options.log?.error({ err: error }, 'the identity provider failed');
        refuseFailed(response, error);
      }
    },
    close: sweep.close,
  };
}

interface Loaded {
  readonly provider: Provider;
  readonly callback: (request: object, response: ServerResponse) => Promise<void>;
  readonly signIn: SignIn;
  readonly setPassword: SetPassword;
  readonly userinfo: Userinfo;
  readonly registry: Registry;
  readonly refreshTokens: RefreshTokens;
  readonly publicUrl: string;
  readonly mountPath: string;
}

/** What goes on when oidc-provider is loaded anew, with other keys. */
interface Opened {
  readonly issuer: string;
  readonly keys: SigningKeys;
  readonly secrets: Secrets;
  readonly sweep: Sweep;
  readonly visits: Visits;
  readonly attempts: Attempts;
}

async function load(options: ProviderOptions, opened: Opened): Promise<Loaded> {
  const { registry, publicUrl, clock, access, turns } = options;
  const { issuer, keys, secrets, sweep, visits, attempts } = opened;
  const [oidc, jose] = await Promise.all([import('oidc-provider'), import('jose')]);
  const render = openPages();
  const rules = { apps: registry.apps, users: registry.users, publicUrl, oidcErrors: oidc.errors };
  const policy = oidc.interactionPolicy;
  const refreshTokens = openRefreshTokens(registry, secrets, clock);
  const browsers = openKnownBrowsers(secrets, issuer);
  const place = (): string => placeOf(oidc.Provider.ctx?.req, browsers);
  const adapterParts = { registry, refreshTokens, clock, sweep, visits, place };
  const provider = new oidc.Provider(
    issuer,
    configurationOf({ registry, adapterParts, keys, secrets, issuer, clock, rules, policy, render }),
  );
  pinUrls(provider, new URL(issuer));
  compareByRegistry(provider, registry, clock);
  followFamilies(provider, refreshTokens, () => oidc.Provider.ctx);
  registerOnBehalfOf({ provider, registry, rules, keys, issuer, clock, oidcErrors: oidc.errors, jose });
  provider.use(answerRefused);
  provider.use(restoreNames);
  provider.use((ctx, next) => noteTokens(ctx, next, access));
  provider.use((ctx, next) => endSession(ctx, next, { registry, clock, access }));
  const report = (error: unknown) => options.log?.error({ err: error }, 'the identity provider failed');
  provider.on('error', report);
  provider.on('server_error', (ctx: Context, error: unknown) => {
    const refusal = refusalOf(error);
    if (refusal) refusals.set(ctx.req, refusal);
    if (!(error instanceof Refused)) report(error);
  });
  const signIn = {
    issuer,
    ...{ provider, users: registry.users, revocations: registry.revocations, clock, access, render },
    ...{ attempts, browsers, turns },
  };
  const links = openPasswordLinks({ registry, issuer, clock });
  return {
    provider,
    callback: provider.callback(),
    signIn,
    setPassword: { registry, links, clock, render, turns },
    userinfo: { registry, keys, issuer, publicUrl, clock, access, jose },
    registry,
    refreshTokens,
    publicUrl,
    mountPath: new URL(issuer).pathname,
  };
}

async function answer(
  loaded: Loaded,
  outer: OuterRequest,
  response: ServerResponse,
  address: string,
): Promise<void> {
  const body = await readBody(outer);
  if (body === null) {
    if (isBeyondMeasure(outer.headers) && outer.httpVersionMajor < 2)
      response.setHeader('connection', 'close');
    refuse(response, 413, 'invalid_request', 'The form is larger than 64 KiB.');
    return;
  }
  const { mountPath } = loaded;
  const url = rewriteQuery(loaded, localUrl(outer));
  const request = new InnerRequest(outer, { url, mountPath, address, body });
  if (url === providerPaths.token || url.startsWith(`${providerPaths.token}?`)) {
    const { form, headers } = request;
    if (form)
      request.spelling = await rewriteToken(form, basicClient(headers.authorization), rewritingOf(loaded));
    request.saveForm();
  }
  const [path] = url.split('?', 1);
  if (path === userinfoPath) await handleUserinfo(loaded.userinfo, request, response);
  else if (path === setPasswordPath) await handleSetPassword(loaded.setPassword, request, response);
  else if (path === changePasswordPath) await handleChangePassword(loaded, request, response);
  else if (url.startsWith(`${signInPath}/`)) await handleSignIn(loaded.signIn, request, response);
  else await loaded.callback(request, response);
}

/** The path and query below the issuer; an absolute-form target loses its host. */
function localUrl({ url = '/' }: OuterRequest): string {
  const asked = url.replace(/^https?:\/\/[^/?]*/i, '');
  const [whole = '', query] = asked.split(/\?(.*)/s, 2);
  const local = metadataPaths[whole] ?? whole.replace(/^.*?\/identity(?=\/|$)/, '');
  const path = local.startsWith('/') ? local : `/${local}`;
  return (entraPaths[path] ?? path) + (query === undefined ? '' : `?${query}`);
}

function rewriteQuery(loaded: Loaded, url: string): string {
  if (!url.startsWith(`${providerPaths.authorization}?`)) return url;
  const query = new URLSearchParams(url.slice(providerPaths.authorization.length + 1));
  rewriteAuthorization(query, rewritingOf(loaded));
  return `${providerPaths.authorization}?${query}`;
}

function rewritingOf({ publicUrl, registry, refreshTokens }: Loaded) {
  return { publicUrl, apps: registry.apps, refreshTokens };
}

/** Koa takes the origin from the request; here the operator has said it. */
function pinUrls(provider: Provider, { protocol, host, hostname }: URL): void {
  Object.defineProperties(provider.request, {
    protocol: { get: () => protocol.slice(0, -1) },
    host: { get: () => host },
    hostname: { get: () => hostname },
  });
}

function compareByRegistry(provider: Provider, { apps }: Registry, clock: Clock): void {
  const client = provider.Client.prototype;
  client.compareClientSecret = function (secret) {
    return secretMatches(findClient(apps, this.clientId), secret, clock.now());
  };
  client.redirectUriAllowed = function (uri) {
    return redirectAllowed(uri, this.redirectUris);
  };
  client.postLogoutRedirectUriAllowed = function (uri) {
    return redirectAllowed(uri, this.postLogoutRedirectUris);
  };
}

/** The successor of a refresh token is always the same, and a misuse ends its family alone. */
function followFamilies(
  { RefreshToken }: Provider,
  refreshTokens: RefreshTokens,
  current: () => Context | undefined,
): void {
  const { prototype } = RefreshToken;
  const generate = prototype.generateTokenId;
  prototype.generateTokenId = function () {
    const spent = current()?.oidc.entities.RotatedRefreshToken;
    return spent ? refreshTokens.successor(spent.jti) : generate.call(this);
  };
  const revoke = RefreshToken.revokeByGrantId;
  RefreshToken.revokeByGrantId = async function (grantId) {
    // What a request did with one refresh token concerns its family, and no other that was granted the same.
    if (!current()?.oidc.entities.RefreshToken) await revoke.call(this, grantId);
  };
}

/** Signing out ends the tokens of the session, also those that would outlive its cookie. */
async function endSession(
  ctx: Context,
  next: () => Promise<void>,
  { registry, clock, access }: Pick<ProviderOptions, 'registry' | 'clock' | 'access'>,
): Promise<void> {
  await next();
  const { oidc } = ctx;
  if (oidc?.route !== 'end_session_confirm' || !oidc.params.logout || !oidc.session?.accountId) return;
  const now = clock.now();
  const subject = sessionSubject(oidc.session.uid);
  await registry.revocations.add({ subject, at: now, until: now + sessionRevokedMs });
  await registry.refreshFamilies.removeBySession(oidc.session.uid);
  const { accountId } = oidc.session;
  await access.note({ what: 'signedOut', who: accountId, from: addressOf(ctx), on: `users/${accountId}` });
}

/** Whom a visit counts for. */
function placeOf(request: unknown, browsers: KnownBrowsers): string {
  if (!(request instanceof InnerRequest)) return '';
  const browser = browsers.idOf(request.headers.cookie);
  return browser === null ? addressBlock(request.socket.remoteAddress) : `browser ${browser}`;
}

/** Requests of which a step was refused for now. */
const refusals = new WeakMap<object, Refusal>();

/** oidc-provider knows of one failure only, 500. */
async function answerRefused(ctx: Context, next: () => Promise<void>): Promise<void> {
  try {
    await next();
  } catch (error) {
    const refusal = refusalOf(error);
    if (!refusal) throw error;
    // Beyond oidc-provider's own handling of errors: a session that is saved once more, or a step of ours after the answer.
    if (!refusals.has(ctx.req)) ctx.body = {};
    ctx.remove('location');
    refusals.set(ctx.req, refusal);
  }
  const refusal = refusals.get(ctx.req);
  if (!refusal) return;
  ctx.status = refusal.status;
  for (const [name, value] of Object.entries(retryHeaders(retryOf(refusal)))) ctx.set(name, value);
  // A page says so itself (configuration.ts).
  if (typeof ctx.body === 'object')
    ctx.body = { error: refusal.error, error_description: refusal.description };
}

function refuseFailed(response: ServerResponse, error: unknown): void {
  const refusal = refusalOf(error);
  if (!refusal) {
    refuse(response, 500, 'server_error', 'The identity provider failed; its log says why.');
    return;
  }
  if (!response.headersSent) setRetryHeaders(response, retryOf(refusal));
  refuse(response, refusal.status, refusal.error, refusal.description);
}

function refuse(response: ServerResponse, status: number, error: string, description: string): void {
  if (response.headersSent) {
    response.end();
    return;
  }
  response.statusCode = status;
  response.setHeader('content-type', 'application/json');
  response.setHeader('cache-control', 'no-store');
  response.end(JSON.stringify({ error, error_description: description }));
}
