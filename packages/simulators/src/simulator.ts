// The contract of a simulated push service: it reads one request, checks it as strictly as the real one does, and
// answers in that one's own wire form. The server (server.ts) owns sockets, protocols and scripts, so that a provider is
// a function of its requests; it is told apart from the others by its paths.

export interface ReceivedRequest {
  readonly method: string;
  /** With its query string. */
  readonly path: string;
  /** The host and port that it was sent to. */
  readonly authority: string;
  /** Names in lower case, without HTTP/2's pseudo headers. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface GivenAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The one list of the providers; each is a folder, and run.ts opens them. */
export const providerNames = ['apns', 'fcm', 'wns', 'webpush'] as const;
export type ProviderName = (typeof providerNames)[number];

/** A push that a provider accepted, as its device would see it. */
export interface Delivered {
  readonly provider: ProviderName;
  /** What names the device: its token (or `/topics/…`), or the URL that it registered. */
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: unknown;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** `HTTP/2` or `HTTP/1.1`. */
  readonly protocol: string;
  /** The trace that it belongs to, where the sender says so. */
  readonly traceparent?: string;
}

/** What a provider says of a push that it takes; when and over what it came is the server's knowledge. */
export type AcceptedPush = Omit<Delivered, 'at' | 'protocol' | 'traceparent'>;

export interface AnswerContext {
  now(): number;
  /** Says that the push is good. Call it once, at the end of all checks: scripts act on what is delivered. */
  deliver(push: AcceptedPush): void;
  readonly protocol: 'HTTP/2' | 'HTTP/1.1';
  /** The same object for all requests of one connection, to keep something for each in a WeakMap. */
  readonly connection: object;
  /** Ends the connection without an answer; what `answer` returns then is not sent. */
  drop(): void;
}

/** What a script wants said in place of success, before a provider puts it into its own words. */
export type Refusal =
  | { readonly kind: 'gone' }
  | {
      readonly kind: 'status';
      readonly status: number;
      /** The provider's word for it; null: its usual one for that status. */
      readonly reason: string | null;
      readonly retryAfterSeconds: number | null;
    };

/** What an app's operator types into the hub, and what a device would register. */
export interface ProviderGuide {
  /** The kind of the hub's push credentials; null when the hub needs none. */
  readonly credentialKind: string | null;
  /** The members of those credentials. */
  readonly credentials: Readonly<Record<string, unknown>>;
  /** An address that this simulator takes, as the `channel` of a subscription. */
  readonly channel: Readonly<Record<string, unknown>>;
}

export interface Provider {
  readonly name: ProviderName;
  /** null: not one of this provider's paths. `deliver` is called for each accepted push. */
  answer(request: ReceivedRequest, context: AnswerContext): GivenAnswer | null | Promise<GivenAnswer | null>;
  /** Without it a refusal is a bare status (gone: 410) with `retry-after`. */
  refuse?(refusal: Refusal, now: number): GivenAnswer;
  /** What an app's operator would type into the hub to use this simulator at that URL. */
  about(url: string): ProviderGuide;
}

/** Time, as everything here reads it and waits by it. */
export interface SimulatorClock {
  now(): number;
  after(delayMs: number, call: () => void): { stop(): void };
}
