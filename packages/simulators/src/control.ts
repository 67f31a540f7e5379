// The simulator's own paths, for tests in any language: `/simulate/script`, `/simulate/release`, `/simulate/delivered`,
// `/simulate/stats`. JSON in and out; a refusal is 400, 404 or 405 with `{"error": "what is wrong"}`.
import type { DeliveryRecord } from './record.ts';
import { type Rule, readRules } from './script.ts';
import { type GivenAnswer, providerNames, type ReceivedRequest } from './simulator.ts';

const defaultLimit = 1000;

export interface Controlled {
  readonly record: DeliveryRecord;
  readonly script: (rules: readonly Rule[]) => void;
  readonly release: () => void;
}

/** Null when the path is not one of these. */
export function control(request: ReceivedRequest, controlled: Controlled): GivenAnswer | null {
  if (!request.path.startsWith('/simulate/')) return null;
  const url = new URL(request.path, 'http://simulator');
  const actions = routes[url.pathname];
  if (!actions) return json(404, { error: `there is no ${url.pathname}` });
  const action = actions[request.method];
  if (!action) return json(405, { error: `${url.pathname} takes ${Object.keys(actions).join(' and ')}` });
  try {
    return action(controlled, url.searchParams, request.body);
  } catch (error) {
    return json(400, { error: error instanceof Error ? error.message : String(error) });
  }
}

type Action = (controlled: Controlled, query: URLSearchParams, body: Buffer) => GivenAnswer;

const routes: Readonly<Record<string, Readonly<Record<string, Action>>>> = {
  '/simulate/script': {
    POST({ script }, _, body) {
      script(readRules(JSON.parse(body.toString('utf8'))));
      return { status: 204 };
    },
  },
  '/simulate/release': {
    POST({ release }) {
      release();
      return { status: 204 };
    },
  },
  '/simulate/delivered': {
    GET({ record }, query) {
      const provider = query.get('provider');
      if (provider !== null && !providerNames.some((name) => name === provider)) {
        throw new Error(`provider must be one of ${providerNames.join(', ')}`);
      }
      const after = readCount(query, 'after', 0);
      return json(200, record.read({ provider, after, limit: readCount(query, 'limit', defaultLimit) }));
    },
    DELETE({ record }) {
      record.clear();
      return { status: 204 };
    },
  },
  '/simulate/stats': {
    GET: ({ record }) => json(200, { delivered: record.total, ...record.stats }),
  },
};

function readCount(query: URLSearchParams, name: string, fallback: number): number {
  const text = query.get(name);
  if (text === null) return fallback;
  if (!/^\d{1,15}$/.test(text)) throw new Error(`${name} must be a whole number`);
  return Number(text);
}

function json(status: number, value: object): GivenAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: `${JSON.stringify(value)}\n` };
}
