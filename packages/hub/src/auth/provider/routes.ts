// The paths of the embedded provider below its issuer, on one screen: the edge mounts exactly these, so that every
// other path and method gets the hub's own answer.
export interface ProviderRoute {
  readonly path: string;
  readonly methods: readonly ('GET' | 'HEAD' | 'POST' | 'OPTIONS')[];
}

/** Named as oidc-provider's setting `routes` wants them. */
export const providerPaths = {
  authorization: '/authorize',
  token: '/token',
  jwks: '/keys',
  end_session: '/sign-out',
  revocation: '/revoke',
} as const;

export const signInPath = '/sign-in';
/** In the address of a sign-in for the hub's own page, which it leads to when it is over: the browser's Back comes there. */
export const inboxMark = '?for=inbox';
export const setPasswordPath = '/set-password';
/** Where a user who knows the password changes it. */
export const changePasswordPath = '/change-password';
export const userinfoPath = '/userinfo';

const openIdMetadata = '/.well-known/openid-configuration';
const oauthMetadata = '/.well-known/oauth-authorization-server';

/** Entra ID's paths below an authority, which its libraries and samples know: each stands for one of ours. */
export const entraPaths: Readonly<Record<string, string>> = {
  [`/v2.0${openIdMetadata}`]: openIdMetadata,
  '/oauth2/v2.0/authorize': providerPaths.authorization,
  '/oauth2/v2.0/token': providerPaths.token,
  '/oauth2/v2.0/logout': providerPaths.end_session,
  '/discovery/v2.0/keys': providerPaths.jwks,
};

/** Of documents, unlike of sign-ins, which begin or go on by GET. */
export const readMethods = ['GET', 'HEAD', 'OPTIONS'] as const;

/** Metadata of the issuer that stands beside it: RFC 8414, section 3, puts the issuer's path behind the well-known one. */
export const metadataPaths: Readonly<Record<string, string>> = {
  [`${oauthMetadata}/identity`]: oauthMetadata,
  [`${openIdMetadata}/identity`]: openIdMetadata,
};

const ownRoutes: readonly ProviderRoute[] = [
  { path: openIdMetadata, methods: readMethods },
  { path: oauthMetadata, methods: readMethods },
  { path: userinfoPath, methods: ['GET', 'POST', 'OPTIONS'] },
  { path: providerPaths.jwks, methods: readMethods },
  { path: providerPaths.authorization, methods: ['GET'] },
  { path: `${providerPaths.authorization}/:uid`, methods: ['GET'] },
  { path: `${signInPath}/:uid`, methods: ['GET', 'POST'] },
  { path: setPasswordPath, methods: ['GET', 'POST'] },
  { path: changePasswordPath, methods: ['GET', 'POST'] },
  { path: providerPaths.token, methods: ['POST', 'OPTIONS'] },
  { path: providerPaths.revocation, methods: ['POST', 'OPTIONS'] },
  { path: providerPaths.end_session, methods: ['GET'] },
  { path: `${providerPaths.end_session}/confirm`, methods: ['POST'] },
  { path: `${providerPaths.end_session}/success`, methods: ['GET'] },
];

export const providerRoutes: readonly ProviderRoute[] = [
  ...ownRoutes,
  ...Object.entries(entraPaths).flatMap(([path, own]) =>
    ownRoutes.filter((route) => route.path === own).map(({ methods }) => ({ path, methods })),
  ),
];
