// One exchange with the hub: what was asked and all that came back. Throttled requests wait as long as the answer says,
// since a run must not fail for its own pace.

export interface Ask {
  /** Null: none. Absent: the person's. */
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, unless it is bytes or text already. */
  readonly body?: unknown;
}

export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a case asserts on is what it checks
  readonly json: any;
}

/** A hub that doesn't answer fails the case, not the run. */
const answerMs = 90_000;
const throttledTries = 5;
const pauseSecondsMax = 60;

export async function exchange(base: string, method: string, path: string, ask: Ask): Promise<Exchange> {
  for (let tries = 1; ; tries += 1) {
    const answer = await once(base, method, path, ask);
    if (answer.json?.error?.code !== 'TooManyRequests' || tries === throttledTries) return answer;
    await pause(Math.min(Number(answer.headers.get('retry-after') ?? 1), pauseSecondsMax) * 1000);
  }
}

async function once(base: string, method: string, path: string, ask: Ask): Promise<Exchange> {
  const { token, body } = ask;
  const response = await fetch(path.startsWith('http') ? path : base + path, {
    method,
    redirect: 'manual',
    signal: AbortSignal.timeout(answerMs),
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...ask.headers,
    },
    ...(body === undefined ? {} : { body: bytesOf(body) }),
  });
  const text = await response.text();
  return {
    method,
    path,
    status: response.status,
    headers: response.headers,
    text,
    json: jsonOf(response, text),
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

function jsonOf({ headers }: Response, text: string): unknown {
  if (!/json/.test(headers.get('content-type') ?? '') || text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function bytesOf(body: unknown): string | Uint8Array<ArrayBuffer> {
  if (body instanceof Uint8Array) return new Uint8Array(body);
  return typeof body === 'string' ? body : JSON.stringify(body);
}
