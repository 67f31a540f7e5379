// How the embedded provider is set up: which flows it has, for whom, and how long things last. Consent is implied,
// since operators register the apps: a sign-in grants what the client asks for and the user may have.
import type { Account, Client, Context, Grant, Interaction, interactionPolicy, Token } from 'oidc-provider';
import type { Clock } from '../../lib/clock.ts';
import type { Secrets } from '../../lib/seal.ts';
import type { LocalUser, Registry, Users } from '../../store/registry.ts';
import { consoleAppId } from '../console-app.ts';
import { inboxAppId } from '../inbox-app.ts';
import { issueSecond } from '../revoked-tokens.ts';
import { isOperatorScope } from '../scope-names.ts';
import { accessTokenSeconds, appOnlyClaims, delegatedClaims, identityClaims } from './claims.ts';
import { originAllowed } from './clients.ts';
import { type AdapterParts, openAdapters } from './grants/adapter.ts';
import { visitSeconds } from './grants/visits.ts';
import type { SigningKeys } from './keys.ts';
import { refusalOf } from './refusal.ts';
import { type ResourceRules, refuseUnread, resourceServerInfo } from './resource-server.ts';
import { inboxMark, providerPaths, signInPath } from './routes.ts';
import { offlineScope } from './scopes.ts';
import { type Words, wordsOf } from './sign-in/language.ts';
import {
  type Page,
  problemContent,
  type RenderedPage,
  signingOutContent,
  signOutContent,
  textContent,
} from './sign-in/pages.ts';

const daySeconds = 24 * 3600;

export interface Setup {
  readonly registry: Registry;
  readonly adapterParts: AdapterParts;
  readonly keys: SigningKeys;
  readonly secrets: Secrets;
  readonly issuer: string;
  readonly clock: Clock;
  readonly rules: ResourceRules;
  readonly policy: typeof interactionPolicy;
  readonly render: (page: Page) => RenderedPage;
}

export function configurationOf(setup: Setup): Record<string, unknown> {
  const { registry, keys, issuer } = setup;
  const mountPath = new URL(issuer).pathname;
  return {
    adapter: openAdapters(setup.adapterParts),
    jwks: keys.privateKeys,
    routes: providerPaths,
    scopes: ['openid', 'profile', offlineScope],
    claims: {
      openid: ['sub', 'oid'],
      profile: ['name', 'preferred_username'],
      acr: null,
      auth_time: null,
      iss: null,
      sid: null,
    },
    conformIdTokenClaims: false,
    responseTypes: ['code'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
    clientBasedCORS: (_ctx: Context, origin: string, client: Client) =>
      client.clientAuthMethod === 'none' && originAllowed(origin, client.redirectUris),
    enabledJWA: { idTokenSigningAlgValues: ['RS256'] },
    pkce: { required: (_ctx: Context, client: Client) => client.clientAuthMethod === 'none' },
    cookies: cookiesOf(setup.secrets(), mountPath),
    features: featuresOf(setup),
    formats: { customizers: { jwt: (_ctx: Context, token: Token, jwt: Jwt) => shape(setup, token, jwt) } },
    findAccount: (_ctx: Context, id: string) => findAccount(registry, id),
    loadExistingGrant: grantAsked,
    interactions: {
      policy: signInOnly(setup.policy),
      url: (_ctx: Context, { uid, params }: Interaction) =>
        `${issuer}${signInPath}/${uid}${params.client_id === inboxAppId ? inboxMark : ''}`,
    },
    expiresWithSession: (_ctx: Context, source: Token) => !source.scopes.has(offlineScope),
    issueRefreshToken: (_ctx: Context, client: Client, source: Token) =>
      client.grantTypeAllowed('refresh_token') && source.scopes.has(offlineScope),
    rotateRefreshToken: true,
    revokeGrantPolicy: (ctx: Context) => ctx.oidc.entities.RefreshToken === undefined,
    renderError: (ctx: Context, out: Record<string, unknown>, error: unknown) => {
      const refusal = refusalOf(error);
      const words = wordsFor(ctx);
      const content = refusal
        ? problemContent(words[refusal.advice], {})
        : problemContent(words.impossible, out);
      show(ctx, setup.render({ words, title: words.problemTitle, content }));
    },
    ttl: {
      AccessToken: accessTokenSeconds,
      ClientCredentials: accessTokenSeconds,
      IdToken: accessTokenSeconds,
      AuthorizationCode: 60,
      Interaction: visitSeconds,
      Session: (_ctx: Context, session: { readonly accountId?: string }) =>
        session.accountId === undefined ? visitSeconds : 14 * daySeconds,
      RefreshToken: 90 * daySeconds,
      Grant: 365 * daySeconds,
    },
  };
}

function featuresOf({ rules, render }: Setup): Record<string, unknown> {
  return {
    devInteractions: { enabled: false },
    dPoP: { enabled: false },
    pushedAuthorizationRequests: { enabled: false },
    userinfo: { enabled: false }, // its tokens would be opaque: userinfo.ts
    clientCredentials: { enabled: true },
    revocation: {
      enabled: true,
      allowedPolicy: (_ctx: Context, client: Client, token: Token) => token.clientId === client.clientId,
    },
    resourceIndicators: {
      enabled: true,
      defaultResource: async (ctx: Context) => refuseUnread(ctx, rules),
      useGrantedResource: async () => true,
      getResourceServerInfo: async (ctx: Context, resource: string, client: Client) =>
        resourceServerInfo(ctx, resource, client, rules),
    },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: async (ctx: Context, form: string) => {
        const leadsTo = ctx.oidc.session?.state?.postLogoutRedirectUri;
        const words = wordsFor(ctx);
        const page = isOwnPage(ctx)
          ? { title: words.signingOut, content: signingOutContent(words, form), sendsItself: true }
          : { title: words.signOutTitle, content: signOutContent(words, form) };
        show(ctx, render({ words, leadsTo, ...page }));
      },
      postLogoutSuccessSource: async (ctx: Context) => {
        const words = wordsFor(ctx);
        show(ctx, render({ words, title: words.signedOutTitle, content: textContent(words.mayClose) }));
      },
    },
  };
}

/** Of a request that is refused early there are no parameters yet. */
function wordsFor({ req: { headers, url = '' }, oidc: { params } }: Context): Words {
  return wordsOf({ headers, url, uiLocales: params?.ui_locales });
}

/** It has asked the user, and proves with the ID token of this sign-in that no other page sends the user here. */
function isOwnPage({ oidc: { client, entities, session } }: Context): boolean {
  const hinted = entities.IdTokenHint?.payload.sub;
  const isOwn = client?.clientId === inboxAppId || client?.clientId === consoleAppId;
  return isOwn && hinted !== undefined && hinted === session?.accountId;
}

function cookiesOf(secrets: readonly Buffer[], path: string): Record<string, unknown> {
  const cookie = { httpOnly: true, sameSite: 'lax', signed: true };
  const names = { session: 'carillon_session', interaction: 'carillon_sign_in', resume: 'carillon_resume' };
  const keys = secrets.map((secret) => secret.toString('base64url'));
  return { keys, names, long: { ...cookie, path }, short: cookie };
}

interface Jwt {
  payload: Record<string, unknown>;
}

async function shape({ registry, clock }: Setup, token: Token, jwt: Jwt): Promise<void> {
  const { jti, iss, aud, iat, exp } = jwt.payload;
  if (token.accountId === undefined) {
    jwt.payload = { iss, aud, iat, exp, jti, ...appOnlyClaims(token.clientId) };
    return;
  }
  const user = await knownUser(registry.users, token.accountId);
  const claims = delegatedClaims(user, token.clientId, scopesOf(token));
  const issued = issueSecond(registry.revocations, user.id, clock.now());
  const session = token.sessionUid === undefined ? {} : { sid: token.sessionUid };
  jwt.payload = { iss, aud, iat: issued, exp, jti, ...claims, ...session };
}

/** A user's token must never turn into an app's own because the user was removed a moment ago. */
async function knownUser(users: Users, id: string): Promise<LocalUser> {
  const user = await users.findById(id);
  if (!user) throw new Error('the user of the token was removed while it was issued');
  return user;
}

function scopesOf({ scope = '' }: Token): string[] {
  return scope.split(' ').filter(Boolean);
}

async function findAccount({ users }: Registry, id: string): Promise<Account | undefined> {
  const user = await users.findById(id);
  return user && !user.disabled
    ? { accountId: user.id, claims: async () => identityClaims(user) }
    : undefined;
}

async function grantAsked(ctx: Context): Promise<Grant | undefined> {
  const { provider, client, account, session } = ctx.oidc;
  if (!client || !account) return undefined;
  const id = session?.grantIdFor(client.clientId);
  const known = id === undefined ? undefined : await provider.Grant.find(id);
  const ours = known?.accountId === account.accountId ? known : undefined;
  const grant = ours ?? new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
  grant.addOIDCScope([...ctx.oidc.requestParamOIDCScopes]);
  for (const resource of Object.keys(ctx.oidc.resourceServers)) {
    const { scopes } = ctx.oidc.resourceServers[resource] ?? { scopes: new Set<string>() };
    grant.addResourceScope(
      resource,
      [...ctx.oidc.requestParamScopes].filter((scope) => scopes.has(scope)),
    );
  }
  await grant.save();
  return grant;
}

const freshSeconds = 300;

/** Nobody is asked to consent. A role of operators needs a password typed a moment ago, which no silent request can have. */
function signInOnly({ base, Check }: typeof interactionPolicy): object {
  const prompts = base();
  prompts.remove('consent');
  const ask = ({ oidc }: Context): boolean =>
    [...oidc.requestParamScopes].some(isOperatorScope) &&
    (oidc.prompts.has('none') || oidc.session?.past(freshSeconds) !== false);
  const advice = 'an operator needs a password typed a moment ago';
  prompts.get('login').checks.push(new Check('fresh_password', advice, 'login_required', ask));
  return prompts;
}

function show(ctx: Context, { html, headers }: RenderedPage): void {
  for (const [name, value] of Object.entries(headers)) ctx.set(name, value);
  ctx.body = html;
}
