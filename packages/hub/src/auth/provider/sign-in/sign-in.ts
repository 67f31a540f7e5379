// The sign-in page: shows the form, checks name and password, and returns the user to oidc-provider's flow. It works
// without script, does not reveal which names exist, and limits guessing of one name from one place (attempts.ts).
import type { ServerResponse } from 'node:http';
import type { Interaction, Provider } from 'oidc-provider';
import type { Clock } from '../../../lib/clock.ts';
import { setRetryHeaders } from '../../../lib/inbound/retry-headers.ts';
import { foldName } from '../../../model/fold-name.ts';
import type { LocalUser, Revocations, Users } from '../../../store/registry.ts';
import { type AccessAudit, unknownCaller } from '../../access-audit.ts';
import { addressBlock } from '../../address-block.ts';
import { inboxAppId } from '../../inbox-app.ts';
import { issueSecond } from '../../revoked-tokens.ts';
import type { InnerRequest } from '../exchange/inner-request.ts';
import { inboxMark } from '../routes.ts';
import { type Attempts, freeFailures } from './attempts.ts';
import type { KnownBrowsers } from './known-browser.ts';
import { fill, keepChoice, type Words, wordsOf } from './language.ts';
import { type Page, problemContent, type RenderedPage, signInContent } from './pages.ts';
import { type PasswordTurns, waitingOfAddress } from './password-turns.ts';
import { hashPassword, isDated, verifyPassword } from './passwords.ts';

export interface SignIn {
  readonly issuer: string;
  readonly provider: Provider;
  readonly users: Users;
  readonly revocations: Revocations;
  readonly clock: Clock;
  readonly access: AccessAudit;
  readonly attempts: Attempts;
  readonly browsers: KnownBrowsers;
  readonly turns: PasswordTurns;
  readonly render: (page: Page) => RenderedPage;
}

export async function handleSignIn(
  signIn: SignIn,
  request: InnerRequest,
  response: ServerResponse,
): Promise<void> {
  const interaction = await findInteraction(signIn, request, response);
  if (!interaction && request.url.endsWith(inboxMark)) {
    response.writeHead(303, { location: new URL('inbox', signIn.issuer).href, 'cache-control': 'no-store' });
    response.end();
  } else if (!interaction) {
    const words = wordsOf({ headers: request.headers, url: request.url, uiLocales: undefined });
    const content = problemContent(words.endedText, {});
    send(response, 400, signIn.render({ words, title: words.endedTitle, content }));
  } else if (request.method === 'POST') {
    await submit(signIn, request, response, interaction);
  } else {
    const chosen = keepChoice(request.url, signIn.issuer);
    if (chosen !== null) response.appendHeader('set-cookie', chosen);
    show(signIn, response, { interaction, request, status: 200, name: interaction.params.login_hint ?? '' });
  }
}

/** The one of the path, if the browser's cookie says that it began there. */
async function findInteraction({ provider }: SignIn, request: InnerRequest, response: ServerResponse) {
  try {
    const interaction = await provider.interactionDetails(request, response);
    return request.url.split(/[/?]/)[2] === interaction.uid ? interaction : null;
  } catch (error) {
    if (error instanceof Error && error.name === 'SessionNotFound') return null;
    throw error;
  }
}

async function submit(
  signIn: SignIn,
  request: InnerRequest,
  response: ServerResponse,
  interaction: Interaction,
): Promise<void> {
  const name = (request.form?.get('name') ?? '').trim();
  const user = await signIn.users.findByName(name);
  const from = request.socket.remoteAddress;
  const refuse = (status: number, problemOf: (words: Words) => string): void => {
    // What was typed is no name of a user, and may be a password: it is not kept.
    const on = user ? `users/${user.id}` : 'users';
    signIn.access.refuse({ what: 'signInFailed', who: unknownCaller, from, on });
    show(signIn, response, { interaction, request, status, name, problemOf });
  };
  const place = placeOf(signIn, request, name, user);
  const waitMs = signIn.attempts.begin(place.key);
  const matches = waitMs > 0 ? null : signIn.turns.run(place, () => passwordMatches(request, user));
  if (matches === null) {
    const seconds = Math.max(1, Math.ceil(waitMs / 1000));
    setRetryHeaders(response, {
      retryAfterMs: seconds * 1000,
      limit: waitMs > 0 ? freeFailures : waitingOfAddress,
    });
    refuse(429, ({ tooMany }) => fill(tooMany, { seconds: String(seconds) }));
    return;
  }
  if (!(await matches) || !user || user.disabled) {
    refuse(401, ({ wrong }) => wrong);
    return;
  }
  signIn.attempts.succeed(place.key);
  if (isDated(user.passwordHash)) void signIn.turns.run(place, () => rehash(signIn, request, user));
  response.appendHeader('set-cookie', signIn.browsers.remember(request.headers.cookie, user.id));
  const ts = issueSecond(signIn.revocations, user.id, signIn.clock.now());
  await signIn.access.note({ what: 'signedIn', who: user.id, from, on: `users/${user.id}` });
  const login = { accountId: user.id, remember: false, ts };
  await signIn.provider.interactionFinished(request, response, { login });
}

function passwordMatches(request: InnerRequest, user: LocalUser | null): Promise<boolean> {
  return verifyPassword(request.form?.get('password') ?? '', user?.passwordHash ?? null);
}

/** Nobody waits for it, and one that fails is made at the next sign-in. */
async function rehash(
  { users }: SignIn,
  request: InnerRequest,
  { id, passwordHash }: LocalUser,
): Promise<void> {
  try {
    await users.rehash(id, passwordHash, await hashPassword(request.form?.get('password') ?? ''));
  } catch {
    // The old hash verifies as well as before.
  }
}

/** Where the attempt is made, and what it counts under. */
function placeOf({ browsers }: SignIn, request: InnerRequest, name: string, user: LocalUser | null) {
  const browser = user && browsers.find(request.headers.cookie, user.id);
  const address = addressBlock(request.socket.remoteAddress);
  const who = foldName(name);
  const key = JSON.stringify(browser === null ? [who, address] : [who, 'browser', browser]);
  return { key, address, known: browser !== null };
}

interface Shown {
  readonly interaction: Interaction;
  readonly request: InnerRequest;
  readonly status: number;
  readonly name: string;
  readonly problemOf?: (words: Words) => string;
}

function show(
  signIn: SignIn,
  response: ServerResponse,
  { interaction: { params }, request, status, name, problemOf }: Shown,
): void {
  const words = wordsOf({ headers: request.headers, url: request.url, uiLocales: params.ui_locales });
  const app = nameOf(words, params.client_id);
  const content = signInContent({ words, app, name, problem: problemOf?.(words) ?? null });
  const { signInTitle: title } = words;
  send(response, status, signIn.render({ words, title, content, leadsTo: params.redirect_uri }));
}

/** Apps have no name but their id; the hub's own page does. */
function nameOf({ yourInbox, theApp }: Words, clientId = theApp): string {
  return clientId === inboxAppId ? yourInbox : clientId;
}

function send(response: ServerResponse, status: number, { html, headers }: RenderedPage): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.statusCode = status;
  response.end(html);
}
