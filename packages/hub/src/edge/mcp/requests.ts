// The requests of agents that are under way, many of which wait for an answer of a person: how many an app may have, and
// which one a notice of cancellation means. It ends with its connection too, and when the hub stops.
import { limits } from '@carillon/protocol';
import { type HubError, throttled } from '../../model/errors.ts';

/** How a client names a request of its own, within what the server called its session. */
export interface RequestName {
  readonly caller: string;
  readonly session: string;
  readonly id: string | number;
}

export class AgentRequests {
  readonly #byApp = new Map<string, Set<AbortController>>();
  readonly #byName = new Map<string, AbortController>();

  /** Counts one, until `end`. Throws `throttled` for an app that has too many. */
  begin(app: string, name: RequestName | null): { readonly signal: AbortSignal; readonly end: () => void } {
    const underWay = this.#byApp.get(app) ?? new Set();
    if (underWay.size >= limits.agentRequestsPerApp) throw tooMany();
    this.#byApp.set(app, underWay);
    const controller = new AbortController();
    const key = name && keyOf(name);
    underWay.add(controller);
    if (key !== null) this.#byName.set(key, controller);
    const end = (): void => {
      controller.abort();
      underWay.delete(controller);
      if (underWay.size === 0) this.#byApp.delete(app);
      if (key !== null && this.#byName.get(key) === controller) this.#byName.delete(key);
    };
    return { signal: controller.signal, end };
  }

  cancel(name: RequestName): void {
    this.#byName.get(keyOf(name))?.abort();
  }

  endAll(): void {
    for (const underWay of this.#byApp.values()) for (const each of underWay) each.abort();
  }
}

function keyOf(name: RequestName): string {
  return JSON.stringify([name.caller, name.session, name.id]);
}

function tooMany(): HubError {
  return throttled(
    `The app has ${limits.agentRequestsPerApp} requests of agents under way: wait until some have ended.`,
    { retryAfterMs: 1000, limit: limits.agentRequestsPerApp },
  );
}
