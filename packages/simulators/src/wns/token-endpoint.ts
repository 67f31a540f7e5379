// Where an app's service gets its access token for WNS: the classic endpoint of the Microsoft Store's apps
// (POST /accesstoken.srf, package SID) and Entra ID's for Windows App SDK apps (POST /{tenant}/oauth2/v2.0/token).
// Source: Microsoft, "Push notification service request and response headers" and "Quickstart: Push notifications in the
// Windows App SDK".
import { randomBytes } from 'node:crypto';
import type { GivenAnswer, ReceivedRequest } from '../simulator.ts';

export interface WnsApp {
  /** Package SID (`ms-app://s-1-15-2-…`) of a Store app, or the application id of an Entra app. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** Directory of an Entra app; null for a Store app. */
  readonly tenant: string | null;
}

export type TokenState = { readonly app: WnsApp } | 'unknown' | 'expired';

type Form = ReadonlyMap<string, string>;
interface Problem {
  readonly status: number;
  readonly error: string;
  readonly description: string;
}

const storePath = '/accesstoken.srf';
const entraPath = /^\/([^/]+)\/oauth2\/v2\.0\/token$/;
const rememberedMax = 1000;
const entraScopes = ['https://wns.windows.com/.default', 'https://wns.windows.com/.default/'];

export class TokenEndpoint {
  readonly #apps: readonly WnsApp[];
  readonly #lifeSeconds: number;
  readonly #issued = new Map<string, { readonly app: WnsApp; readonly expires: number }>();

  constructor(apps: readonly WnsApp[], lifeSeconds: number) {
    this.#apps = apps;
    this.#lifeSeconds = lifeSeconds;
  }

  /** Null when the path is not that of a token endpoint. */
  answer(request: ReceivedRequest, now: number): GivenAnswer | null {
    const path = request.path.split('?', 1)[0] ?? '';
    const tenant = entraPath.exec(path)?.[1];
    if (path !== storePath && tenant === undefined) return null;
    const form = readForm(request);
    if (!form) return problem(noForm);
    const found =
      tenant === undefined ? findStoreApp(this.#apps, form) : findEntraApp(this.#apps, form, tenant);
    if ('error' in found) return problem(found);
    const token = { access_token: this.#issue(found, now) };
    if (tenant === undefined) {
      return json(200, { ...token, token_type: 'bearer', expires_in: this.#lifeSeconds });
    }
    const life = this.#lifeSeconds - 1;
    return json(200, { token_type: 'Bearer', expires_in: life, ext_expires_in: life, ...token });
  }

  look(token: string, now: number): TokenState {
    const known = this.#issued.get(token);
    if (!known) return 'unknown';
    return known.expires > now ? { app: known.app } : 'expired';
  }

  /** Every token given so far is invalid from now on. */
  revokeTokens(): void {
    this.#issued.clear();
  }

  #issue(app: WnsApp, now: number): string {
    const [oldest] = this.#issued.keys();
    if (oldest !== undefined && this.#issued.size >= rememberedMax) this.#issued.delete(oldest);
    const token = `Eg${randomBytes(60).toString('base64')}`;
    this.#issued.set(token, { app, expires: now + this.#lifeSeconds * 1000 });
    return token;
  }
}

function readForm({ method, headers, body }: ReceivedRequest): Form | null {
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (method !== 'POST' || type !== 'application/x-www-form-urlencoded') return null;
  return new Map(new URLSearchParams(body.toString('utf8')));
}

const noForm: Problem = {
  status: 400,
  error: 'invalid_request',
  description: 'The request is no POST of an application/x-www-form-urlencoded form.',
};

function findStoreApp(apps: readonly WnsApp[], form: Form): WnsApp | Problem {
  const bad = (error: string, description: string) => ({ status: 400, error, description });
  if (form.get('grant_type') !== 'client_credentials') {
    return bad('unsupported_grant_type', 'grant_type is not client_credentials');
  }
  if (form.get('scope') !== 'notify.windows.com')
    return bad('invalid_scope', 'scope is not notify.windows.com');
  const id = form.get('client_id') ?? '';
  if (!/^ms-app:\/\/s-1-15-2(-\d+)+$/i.test(id)) return bad('invalid_client', 'client_id is no package SID');
  const app = apps.find((each) => each.tenant === null && each.clientId === id);
  if (!app) return bad('invalid_client', 'Invalid client id');
  return app.clientSecret === form.get('client_secret')
    ? app
    : bad('invalid_client', 'Invalid client secret');
}

function findEntraApp(apps: readonly WnsApp[], form: Form, tenant: string): WnsApp | Problem {
  const bad = (error: string, description: string, status = 400) => ({ status, error, description });
  if (form.get('grant_type') !== 'client_credentials') {
    return bad('unsupported_grant_type', 'AADSTS70003: The app requested an unsupported grant type.');
  }
  if (!apps.some((each) => each.tenant === tenant)) {
    return bad('invalid_request', `AADSTS90002: Tenant '${tenant}' not found.`);
  }
  const id = form.get('client_id') ?? '';
  const named = apps.filter((each) => each.tenant === tenant && each.clientId === id);
  const [app] = named;
  if (!app)
    return bad('unauthorized_client', `AADSTS700016: Application '${id}' was not found in the directory.`);
  // A registration may have several secrets, which is how one is replaced.
  if (!named.some((each) => each.clientSecret === form.get('client_secret'))) {
    return bad('invalid_client', 'AADSTS7000215: Invalid client secret provided.', 401);
  }
  if (entraScopes.includes(form.get('scope') ?? '')) return app;
  return bad(
    'invalid_scope',
    'AADSTS70011: The provided value for the scope is not https://wns.windows.com/.default.',
  );
}

function problem({ status, error, description }: Problem): GivenAnswer {
  return json(status, { error, error_description: description });
}

function json(status: number, body: object): GivenAnswer {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  return { status, headers, body: JSON.stringify(body) };
}
