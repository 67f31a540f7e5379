// The admin operations as the console calls them, with the operator's token. A failure is an ApiError with the hub's own words;
// a token that is no longer good ends the session.
import { clock } from '../clock.ts';

export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** 0: the hub was not reached. */
  readonly status: number;
  readonly code: string;
  readonly requestId: string | null;
  /** The member that is wrong, as a path of the body. */
  readonly target: string | null;

  constructor({ status, code, message, requestId, target = null }: Failure) {
    super(message);
    this.status = status;
    this.code = code;
    this.requestId = requestId;
    this.target = target;
  }
}

interface Failure {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly requestId: string | null;
  readonly target?: string | null;
}

interface ErrorAnswer {
  readonly error?: {
    readonly code?: string;
    readonly message?: string;
    readonly target?: string;
    readonly innerError?: { readonly 'request-id'?: string };
  };
}

export interface Paged<T> {
  readonly value: readonly T[];
  readonly '@odata.nextLink'?: string;
  readonly '@odata.count'?: number;
}

export type Query = Readonly<Record<string, string | null | undefined>>;

export interface Api {
  get<T>(path: string, query?: Query): Promise<T>;
  send<T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T>;
  /** The answer as it is. */
  readBlob(path: string): Promise<Blob>;
}

export interface ApiOptions {
  readonly publicUrl: string;
  readonly token: string;
  /** The hub takes the token no longer. */
  onSignedOut(): void;
}

export function openApi({ publicUrl, token, onSignedOut }: ApiOptions): Api {
  const call = async (method: string, path: string, body?: unknown): Promise<Response> => {
    const url = path.startsWith('http') ? path : `${publicUrl}/${path}`;
    const response = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      credentials: 'omit',
    }).catch(() => null);
    if (!response) throw new ApiError({ status: 0, code: 'unreachable', message: '', requestId: null });
    clock.correct(response.headers.get('date'));
    if (response.ok) return response;
    if (response.status === 401) onSignedOut();
    throw await errorOf(response);
  };
  return {
    async get<T>(path: string, query: Query = {}) {
      const asked = new URLSearchParams();
      for (const [name, value] of Object.entries(query)) if (value) asked.set(name, value);
      const response = await call('GET', asked.size > 0 ? `${path}?${asked}` : path);
      const answer: T = await response.json();
      return answer;
    },
    async send<T>(method: string, path: string, body?: unknown) {
      const response = await call(method, path, body);
      const answer: T = response.status === 204 ? null : await response.json();
      return answer;
    },
    readBlob: async (path) => (await call('GET', path)).blob(),
  };
}

async function errorOf(response: Response): Promise<ApiError> {
  const { error = {} }: ErrorAnswer = await response.json().catch(() => ({}));
  return new ApiError({
    status: response.status,
    code: error.code ?? String(response.status),
    message: error.message ?? response.statusText,
    requestId: error.innerError?.['request-id'] ?? null,
    target: error.target ?? null,
  });
}
