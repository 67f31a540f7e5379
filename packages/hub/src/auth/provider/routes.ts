// The paths of the embedded provider below its issuer, on one screen: the edge mounts exactly these, so that every
// other path and method gets the hub's own answer.
export interface ProviderRoute {
  readonly path: string;
  readonly methods: readonly ('GET' | 'POST' | 'OPTIONS')[];
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

export const providerRoutes: readonly ProviderRoute[] = [
  { path: '/.well-known/openid-configuration', methods: ['GET', 'OPTIONS'] },
  { path: '/.well-known/oauth-authorization-server', methods: ['GET', 'OPTIONS'] },
  { path: providerPaths.jwks, methods: ['GET', 'OPTIONS'] },
  { path: providerPaths.authorization, methods: ['GET'] },
  { path: `${providerPaths.authorization}/:uid`, methods: ['GET'] },
  { path: `${signInPath}/:uid`, methods: ['GET', 'POST'] },
  { path: providerPaths.token, methods: ['POST', 'OPTIONS'] },
  { path: providerPaths.revocation, methods: ['POST', 'OPTIONS'] },
  { path: providerPaths.end_session, methods: ['GET'] },
  { path: `${providerPaths.end_session}/confirm`, methods: ['POST'] },
  { path: `${providerPaths.end_session}/success`, methods: ['GET'] },
];
