// Tools of `carillon mcp` reach the hub as commands do: by requests with a token of the user and app, to the hub that serves
// the data at that moment, else through a hub of the command's own. A serving hub that came or went meanwhile is found.

import { mintToken } from '../../auth/provider/exchange/mint-token.ts';
import { noHost, readAnswer } from '../../edge/mcp/answers.ts';
import { type HubCalls, type OperationRequest, ToolRefusal } from '../../edge/mcp/tools/tool.ts';
import { servingHub } from '../../hub/open-data.ts';
import { systemClock } from '../../lib/clock.ts';
import { errorMessage } from '../../lib/error-code.ts';
import type { Operation } from '../../operations/kernel/operation.ts';
import { askHub, type Caller, type HubAnswer, refusalIn } from '../call-hub.ts';
import { type DataOptions, publicUrlOf, servingUrl, trustOwnAuthority, withRegistry } from '../data-dir.ts';
import { askOwnHub, chooseApp } from '../own-hub.ts';

export interface AgentOptions extends DataOptions {
  readonly user: string;
  readonly app?: string;
}

/** By what requests go for a while. */
interface Way extends Caller {
  readonly host: string | null;
  readonly isServed: boolean;
  readonly until: number;
}

/** A token lasts an hour. */
const wayMs = 30 * 60_000;

export class HubRequests {
  readonly #options: AgentOptions;
  #way: Way | null = null;
  /** The command's own hub locks the data, as a look for one that serves does for a moment: one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: AgentOptions) {
    this.#options = options;
  }

  /** Fails when there is no such user or app. */
  findWay(): Promise<Way> {
    return this.#inTurn(async () => {
      const known = this.#way;
      if (known && systemClock.now() < known.until && this.#isRight(known)) return known;
      this.#way = await findWay(this.#options);
      return this.#way;
    });
  }

  /** For one call of a tool. */
  open(signal: AbortSignal): HubCalls {
    return {
      signal,
      now: () => systemClock.now(),
      hostName: async () => {
        const { host } = await this.findWay();
        if (host === null) throw new ToolRefusal(noHost);
        return host;
      },
      call: async (operation, request) => {
        const first = await this.#ask(operation, request, signal);
        // A token that ended meanwhile, with the password or the session that it came from.
        const answer = first.status === 401 ? await this.#ask(operation, request, signal) : first;
        if (answer.status < 300) return readAnswer(answer.text);
        throw new ToolRefusal(refusalIn(answer), answer.status === 429 || answer.status === 503);
      },
    };
  }

  async #ask(operation: Operation, request: OperationRequest, signal: AbortSignal): Promise<HubAnswer> {
    const way = await this.findWay();
    const { method } = operation;
    try {
      const answer = way.isServed
        ? await askHub({ ...way, signal }, method, pathOf(operation, request), textOf(request))
        : await this.#askOwn(way, operation, request);
      if (answer.status === 401) this.#way = null;
      return answer;
    } catch (error) {
      this.#way = null;
      // It may serve again in a moment.
      throw new ToolRefusal(errorMessage(error), true);
    }
  }

  /** Nobody can answer while no hub serves, so it does not wait. */
  #askOwn(way: Way, operation: Operation, request: OperationRequest): Promise<HubAnswer> {
    const { waitSeconds: _, ...query } = request.query ?? {};
    const path = pathOf(operation, { ...request, query });
    const own = { method: operation.method, path, body: textOf(request) };
    return this.#inTurn(() => askOwnHub(way, own, this.#options));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  /** Whether the hub that serves the data, or none, is that of the way. */
  #isRight({ isServed, publicUrl }: Way): boolean {
    const { dataDir, databaseUrl } = this.#options;
    if (databaseUrl) return isServed;
    const serving = servingHub(dataDir)?.publicUrl ?? null;
    return isServed
      ? serving !== null && (this.#options.publicUrl ?? serving) === publicUrl
      : serving === null;
  }
}

async function findWay(options: AgentOptions): Promise<Way> {
  const way = await withRegistry(options, async (registry) => {
    const served = await servingUrl(options, registry);
    const publicUrl = options.publicUrl ?? served ?? (await publicUrlOf(registry, options));
    const { id, hosts } = chooseApp(registry.apps.list(), options.app);
    const names = { appId: id, userName: options.user };
    const token = await mintToken({ registry, publicUrl, clock: systemClock, ...names });
    return { publicUrl, token, host: hosts[0] ?? null, isServed: served !== null };
  });
  if (way.isServed) trustOwnAuthority(options.dataDir);
  return { ...way, until: systemClock.now() + wayMs };
}

function pathOf({ paths: [path] }: Operation, { params = {}, query = {} }: OperationRequest): string {
  const named = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const options = new URLSearchParams(query).toString();
  return `/v1.0${named}${options === '' ? '' : `?${options}`}`;
}

function textOf({ json }: OperationRequest): string | undefined {
  return json === undefined ? undefined : JSON.stringify(json);
}
