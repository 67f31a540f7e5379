// Requests of a command to a hub that serves. What it answers badly becomes an error that says so in one line, whatever
// the answer holds; one that may be better a moment later says that too.

/** Where the hub is, and on whose behalf it is asked. */
export interface Caller {
  readonly publicUrl: string;
  readonly token: string;
}

export interface HubAnswer {
  readonly status: number;
  readonly text: string;
}

/** The hub refused, or what answered in its place. */
export class Refusal extends Error {
  readonly status: number;

  constructor({ status, text }: HubAnswer) {
    super(`the hub answered ${status}: ${messageIn(text)}`);
    this.status = status;
  }

  /** The same request may succeed in a moment. */
  get passes(): boolean {
    return this.status === 429 || this.status >= 500;
  }
}

export function headersOf({ token }: Caller): Record<string, string> {
  return { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
}

/** Asks below `/v1.0/me`; `body` is JSON text. */
export async function callHub(
  caller: Caller,
  method: 'GET' | 'POST',
  path: string,
  body?: string,
): Promise<HubAnswer> {
  const url = `${caller.publicUrl}/v1.0/me/${path}`;
  const request = { method, headers: headersOf(caller), ...(body === undefined ? {} : { body }) };
  try {
    const response = await fetch(url, request);
    return { status: response.status, text: await response.text() };
  } catch (error) {
    throw new Error(`the hub at ${caller.publicUrl} can not be reached: ${reasonOf(error)}`);
  }
}

/** The JSON of a good answer, which must be an object with that member. */
export function readAnswer<T>(answer: HubAnswer, member: keyof T & string): T {
  if (answer.status < 200 || answer.status > 299) throw new Refusal(answer);
  const json = parse(answer.text);
  if (typeof json === 'object' && json !== null && member in json) return json as T;
  throw new Error(`the hub answered ${answer.status} with what is no JSON object with "${member}"`);
}

function messageIn(text: string): string {
  // A proxy's own answer is no JSON.
  const said = parse(text) as { error?: { message?: string } } | null | undefined;
  return said?.error?.message ?? text;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `fetch` itself says no more than that it failed. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  const { code } = (cause ?? {}) as { code?: string };
  return code ?? (cause instanceof Error ? cause.message : message);
}
