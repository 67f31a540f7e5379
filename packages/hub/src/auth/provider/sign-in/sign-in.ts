// The sign-in page: shows the form, checks name and password, and returns the user to oidc-provider's flow. It works
// without script, does not reveal which names exist, and limits guessing of one name from one place (attempts.ts).
import type { ServerResponse } from 'node:http';
import type { Interaction, Provider } from 'oidc-provider';
import type { Clock } from '../../../lib/clock.ts';
import type { LocalUser, Revocations, Users } from '../../../store/registry.ts';
import { type AccessAudit, unknownCaller } from '../../access-audit.ts';
import { addressBlock } from '../../address-block.ts';
import { inboxAppId } from '../../inbox-app.ts';
import { issueSecond } from '../../revoked-tokens.ts';
import type { InnerRequest } from '../exchange/inner-request.ts';
import type { Attempts } from './attempts.ts';
import type { KnownBrowsers } from './known-browser.ts';
import { type Page, problemContent, type RenderedPage, signInContent } from './pages.ts';
import type { PasswordTurns } from './password-turns.ts';
import { hashPassword, isDated, verifyPassword } from './passwords.ts';

export interface SignIn {
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
  if (!interaction) {
    const content = problemContent(
      'This sign-in has ended, or was begun elsewhere. Go back to the app and sign in again.',
      {},
    );
    send(response, 400, signIn.render({ title: 'Sign-in ended', content }));
  } else if (request.method === 'POST') {
    await submit(signIn, request, response, interaction);
  } else {
    show(signIn, response, interaction, 200, interaction.params.login_hint ?? '', null);
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
  const refuse = (status: number, problem: string): void => {
    // What was typed is no name of a user, and may be a password: it is not kept.
    const on = user ? `users/${user.id}` : 'users';
    signIn.access.refuse({ what: 'signInFailed', who: unknownCaller, from, on });
    show(signIn, response, interaction, status, name, problem);
  };
  const place = placeOf(signIn, request, name, user);
  const waitMs = signIn.attempts.begin(place.key);
  const matches = waitMs > 0 ? null : signIn.turns.run(place, () => passwordMatches(request, user));
  if (matches === null) {
    const seconds = Math.max(1, Math.ceil(waitMs / 1000));
    response.setHeader('retry-after', String(seconds));
    const unit = seconds === 1 ? 'second' : 'seconds';
    refuse(429, `Too many failed attempts. Wait ${seconds} ${unit}, then try again.`);
    return;
  }
  if (!(await matches) || !user || user.disabled) {
    refuse(401, 'That user name and password don’t belong together. Check both and try again.');
    return;
  }
  signIn.attempts.succeed(place.key);
  if (isDated(user.passwordHash)) void rehash(signIn, request, user);
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
  const who = name.normalize('NFC').toLowerCase();
  const key = JSON.stringify(browser === null ? [who, address] : [who, 'browser', browser]);
  return { key, address, known: browser !== null };
}

function show(
  signIn: SignIn,
  response: ServerResponse,
  { params }: Interaction,
  status: number,
  name: string,
  problem: string | null,
): void {
  const content = signInContent(nameOf(params.client_id), name, problem);
  send(response, status, signIn.render({ title: 'Sign in', content, leadsTo: params.redirect_uri }));
}

/** Apps have no name but their id; the hub's own page does. */
function nameOf(clientId = 'the app'): string {
  return clientId === inboxAppId ? 'your inbox' : clientId;
}

function send(response: ServerResponse, status: number, { html, headers }: RenderedPage): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.statusCode = status;
  response.end(html);
}
