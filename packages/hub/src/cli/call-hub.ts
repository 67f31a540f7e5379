// Requests of a command to a serving hub. A failed answer becomes an error of one line, whatever the answer contains. The
// error also says whether a retry may succeed.
import { errorCode, errorMessage } from '../lib/error-code.ts';

/** The hub's URL, and the token to call it with. */
export interface Caller {
  readonly publicUrl: string;
  readonly token: string;
  /** Ends its requests, once whoever asked is gone. */
  readonly signal?: AbortSignal;
}

export interface HubAnswer {
  readonly status: number;
  readonly text: string;
}

/** The hub, or a server in its place, answered with a failure. */
export class Refusal extends Error {
  readonly status: number;

  constructor({ status, text }: HubAnswer) {
    super(`the hub answered ${status}: ${messageIn(text)}`);
    this.status = status;
  }

  /** A retry may succeed. */
  get passes(): boolean {
    return this.status === 429 || this.status >= 500;
  }
}

export function headersOf({ token }: Caller) {
  return { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
}

/** Asks below `/v1.0/me`; `body` is JSON text. */
export function callHub(
  caller: Caller,
  method: 'GET' | 'POST',
  path: string,
  body?: string,
): Promise<HubAnswer> {
  return askHub(caller, method, `/v1.0/me/${path}`, body);
}

export async function askHub(
  caller: Caller,
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: string,
): Promise<HubAnswer> {
  const { publicUrl, signal = null } = caller;
  const url = publicUrl + path;
  const { authorization, ...type } = headersOf(caller);
  const request =
    body === undefined ? { headers: { authorization } } : { headers: { authorization, ...type }, body };
  try {
    const response = await fetch(url, { method, signal, ...request });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    throw new Error(`the hub at ${publicUrl} can not be reached: ${reasonOf(error)}`);
  }
}

/** The JSON of a successful answer, which must be an object with that member. */
export function readAnswer<T>(answer: HubAnswer, member: keyof T & string): T {
  if (answer.status < 200 || answer.status > 299) throw new Refusal(answer);
  const json = parse(answer.text);
  if (typeof json === 'object' && json !== null && member in json) return json as T;
  throw new Error(`the hub answered ${answer.status} without a JSON object that has "${member}"`);
}

function messageIn(text: string): string {
  return refusedIn(text)?.message ?? text;
}

/** Undefined for what is no answer of a hub, such as a proxy's own. */
function refusedIn(text: string): { code?: string; message?: string } | undefined {
  const said = parse(text) as { error?: { code?: string; message?: string } } | null | undefined;
  return said?.error;
}

/** What was wrong, in one line, by the code that the hub gives it. */
export function refusalIn({ status, text }: HubAnswer): string {
  const { code = String(status), message = text } = refusedIn(text) ?? {};
  return `${code}: ${message}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The error of `fetch` only says that it failed; its cause says why. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return errorCode(cause) ?? errorMessage(cause ?? error);
}
