// The hub under test and what a run knows of it: tokens, who they stand for, and what the run has made there, which it
// removes at the end. Everything is learned over the wire; nothing of a hub is imported.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type Ask, type Exchange, exchange } from './exchange.ts';
import { expectStatus } from './expect.ts';
import { Receiver } from './receiver.ts';

/** What a run may lack beside the person's token. */
export type Need = 'secondToken' | 'appToken' | 'otherAppToken' | 'operatorToken';

/** Ends a case that turns out to be untestable on this deployment. */
export class Untried extends Error {}

export const versions = ['beta', 'v1.0'] as const;
type Version = (typeof versions)[number];

/** Where the hub reaches a receiver of webhooks that this run opens. */
export interface Reach {
  /** As the hub calls it. Absent: this machine by its loopback address, when the hub is on it too. */
  readonly webhookUrl?: string;
  /** Where the run listens; 0: any free port. */
  readonly webhookPort?: number;
}

export interface Tokens {
  /** A person's, through an app, with Notifications.ReadWrite.CreatedByApp. */
  readonly token: string;
  /** Another person's, through the same app. */
  readonly secondToken?: string;
  /** The app's own. */
  readonly appToken?: string;
  /** A person's, through another app. */
  readonly otherAppToken?: string;
  /** An operator's, of the admin issuer. */
  readonly operatorToken?: string;
}

/** The entities of answers. Members are what the case checks. */
// biome-ignore lint/suspicious/noExplicitAny: as above
export type Entity = any;

type TokenKind = keyof Tokens;
type Json = Readonly<Record<string, unknown>>;

export class Subject {
  readonly baseUrl: string;
  readonly #tokens: Tokens;
  readonly #reach: Reach;
  readonly #made = new Map<string, string>();
  #host = '';
  #user = { id: '', name: '' };
  #appId = '';

  constructor(baseUrl: string, tokens: Tokens, reach: Reach = {}) {
    this.baseUrl = baseUrl.replace(/\/+$/, '');
    this.#tokens = tokens;
    this.#reach = reach;
  }

  /** Throws when nothing can be tried: the hub is away, or the token is nobody's. */
  async open(givenHost?: string): Promise<void> {
    const answer = await this.ask('GET', '/v1.0/me/notificationApps').catch((error: Error) => {
      const why = error.cause instanceof Error ? error.cause.message : error.message;
      throw new Error(`the hub at ${this.baseUrl} can not be reached: ${why}`);
    });
    if (answer.status !== 200)
      throw new Error(`the hub does not take the token: ${answer.status} ${answer.text.slice(0, 200)}`);
    const claims = claimsOf(this.#tokens.token);
    this.#appId = String(claims.azp ?? claims.appid ?? claims.client_id ?? '');
    const apps: Entity[] = answer.json.value;
    const own = apps.find(({ id }) => id === this.#appId) ?? apps[0];
    const host = givenHost ?? own?.hostNames[0];
    if (!host) throw new Error('the app of the token has no verified host name: give one with --target-host');
    this.#host = host;
    const name = claims.preferred_username ?? claims.upn;
    this.#user = { id: String(claims.oid ?? claims.sub ?? ''), name: String(name ?? '') };
  }

  /** A verified host name of the token's app. */
  get host(): string {
    return this.#host;
  }

  get user(): { readonly id: string; readonly name: string } {
    return this.#user;
  }

  get appId(): string {
    return this.#appId;
  }

  has(need: Need): boolean {
    return this.#tokens[need] !== undefined;
  }

  token(kind: TokenKind): string {
    const token = this.#tokens[kind];
    if (token === undefined) throw new Untried(`no ${kind} was given`);
    return token;
  }

  /** A path from the base URL on, or an absolute URL of an answer. The person's token unless it says otherwise. */
  ask(method: string, path: string, ask: Ask = {}): Promise<Exchange> {
    return exchange(this.baseUrl, method, path, { token: this.#tokens.token, ...ask });
  }

  get(path: string, ask?: Ask): Promise<Exchange> {
    return this.ask('GET', path, ask);
  }

  /** The smallest body of a create, with these members in place of its own. */
  body(more: Json = {}): Json {
    return { targetHostName: this.#host, payload: { visualContent: { title: 'Conformance' } }, ...more };
  }

  /** Creates below `/me/notifications`; what was made is removed at the end. */
  async post(more: Json = {}, ask: Ask & { readonly version?: Version } = {}): Promise<Exchange> {
    const { version = 'v1.0', ...rest } = ask;
    const answer = await this.ask('POST', `/${version}/me/notifications`, { body: this.body(more), ...rest });
    this.keep(answer);
    return answer;
  }

  /** The entity of a create that must succeed. */
  async posted(more: Json = {}, ask: Ask & { readonly version?: Version } = {}): Promise<Entity> {
    const answer = await this.post(more, ask);
    expectStatus(answer, 201);
    return answer.json;
  }

  /** Shows this content, and nothing else differs from the smallest body. */
  visual(content: Json): Json {
    return { payload: { visualContent: { title: 'Conformance', ...content } } };
  }

  /** A device of the person without a push address; answers its id, the value of X-UNS-ID. */
  async device(more: Json = {}, ask: Ask = {}): Promise<string> {
    const answer = await this.ask('POST', '/v1.0/me/notificationSubscriptions', {
      body: this.deviceBody(more),
      ...ask,
    });
    expectStatus(answer, 201, 200);
    this.keep(answer);
    return answer.json.id;
  }

  deviceBody(more: Json = {}): Json {
    return { targetHostName: this.#host, installationId: unique(), platformType: 'windows', ...more };
  }

  /** A receiver that the hub may reach; the caller closes it. */
  receiver(): Promise<Receiver> {
    const { webhookUrl, webhookPort = 0 } = this.#reach;
    if (webhookUrl === undefined && !/^(127\..*|localhost|\[::1\])$/.test(new URL(this.baseUrl).hostname))
      throw new Untried('the hub is on another machine: say with --webhook-url how it reaches this one');
    return Receiver.open(webhookUrl ?? null, webhookPort);
  }

  keep({ headers, status, json }: Exchange): void {
    const location = headers.get('location');
    if (location && (status === 201 || status === 200) && json?.id) this.#made.set(json.id, location);
  }

  async unreadCount(): Promise<number> {
    const answer = await this.get('/v1.0/me/notifications/delta?$deltatoken=latest');
    expectStatus(answer, 200);
    assert.equal(typeof answer.json.unreadCount, 'number');
    return answer.json.unreadCount;
  }

  /** Removes what the run has made, as far as the hub still has it. */
  async close(): Promise<void> {
    for (const [id, location] of this.#made) {
      const path = location.includes('/notificationSubscriptions/')
        ? location
        : `/v1.0/me/notifications/${encodeURIComponent(id)}`;
      await this.ask('DELETE', path).catch(() => {});
    }
    this.#made.clear();
  }
}

/** A name that no other case and no other run uses. */
export function unique(): string {
  return `conform-${randomUUID()}`;
}

/** What the token says, which the hub has verified by taking it. An opaque one says nothing. */
function claimsOf(token: string): Json {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Json;
  } catch {
    return {};
  }
}
