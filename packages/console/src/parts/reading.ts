// What a view reads of the hub: under way, there, or why not.
// The newest question counts: an answer to an older one is dropped.
import type { ReactiveController, ReactiveControllerHost, TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { text } from '../language.ts';
import type { Api, Paged, Query } from '../session/api.ts';
import { bones, failure } from './states.ts';

type State<T> =
  | { readonly kind: 'none' }
  | { readonly kind: 'under way' }
  | { readonly kind: 'there'; readonly value: T }
  | { readonly kind: 'failed'; readonly error: unknown };

export class Reading<T> implements ReactiveController {
  #state: State<T> = { kind: 'none' };
  #ask: (() => Promise<T>) | null = null;
  #turn = 0;
  readonly #host: ReactiveControllerHost;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.#turn += 1;
  }

  get value(): T | null {
    return this.#state.kind === 'there' ? this.#state.value : null;
  }

  /** Why it is not there; null when it is, or nothing was asked yet. */
  get error(): unknown {
    return this.#state.kind === 'failed' ? this.#state.error : null;
  }

  /** Shows bones until the answer is there. */
  read(ask: () => Promise<T>): Promise<void> {
    this.#ask = ask;
    this.#become({ kind: 'under way' });
    return this.again();
  }

  /** What was there stays until the new answer. */
  async again(): Promise<void> {
    if (!this.#ask) return;
    const turn = ++this.#turn;
    const state = await this.#ask().then(
      (value): State<T> => ({ kind: 'there', value }),
      (error: unknown): State<T> => ({ kind: 'failed', error }),
    );
    if (turn === this.#turn) this.#become(state);
  }

  become(value: T): void {
    this.#turn += 1;
    this.#become({ kind: 'there', value });
  }

  show(there: (value: T) => TemplateResult): TemplateResult {
    const state = this.#state;
    if (state.kind === 'there') return there(state.value);
    if (state.kind === 'failed') return failure(state.error, () => this.#ask && void this.read(this.#ask));
    return bones();
  }

  #become(state: State<T>): void {
    this.#state = state;
    this.#host.requestUpdate();
  }
}

export interface Pages<T> {
  readonly rows: readonly T[];
  readonly nextLink: string | null;
}

export async function firstPage<T>(api: Api, path: string, query: Query = {}): Promise<Pages<T>> {
  const page = await api.get<Paged<T>>(path, query);
  return { rows: page.value, nextLink: page['@odata.nextLink'] ?? null };
}

/** The button that brings the next page; nothing on the last. */
export function moreOf<T>(reading: Reading<Pages<T>>, api: Api): TemplateResult | typeof nothing {
  const pages = reading.value;
  if (!pages?.nextLink) return nothing;
  const { rows, nextLink } = pages;
  const more = async (event: Event): Promise<void> => {
    if (event.target instanceof HTMLButtonElement) event.target.disabled = true;
    const next = await firstPage<T>(api, nextLink).catch(() => null);
    if (next) reading.become({ rows: [...rows, ...next.rows], nextLink: next.nextLink });
    if (event.target instanceof HTMLButtonElement) event.target.disabled = false;
  };
  return html`<div class="more"><button @click=${more}>${text('showMore')}</button></div>`;
}
