// The names of persons that the hub answers by id alone, as in the audit, which keeps no names. Each id is looked up once by the
// search, which finds persons of any issuer; who is erased has no name any more.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Api, Paged } from '../session/api.ts';
import type { Found } from '../views/wire.ts';

const atOnce = 4;
/** Of a page of 50 entries most are by few. */
const idsMax = 500;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Kept over the sights of a session; null while it is asked for, and for who has none. */
const names = new Map<string, string | null>();

export class PersonNames implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #waiting: string[] = [];
  #asking = 0;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    for (const id of this.#waiting.splice(0)) names.delete(id);
  }

  /** Null where it is no person's id, or as long as no name is known. */
  nameOf(id: string, api: Api): string | null {
    const known = names.get(id);
    if (known !== undefined) return known;
    if (!uuid.test(id) || names.size >= idsMax) return null;
    names.set(id, null);
    this.#waiting.push(id);
    this.#askMore(api);
    return null;
  }

  #askMore(api: Api): void {
    while (this.#asking < atOnce) {
      const id = this.#waiting.shift();
      if (id === undefined) return;
      this.#asking += 1;
      api
        .get<Paged<Found>>('admin/search', { q: id })
        .then(({ value }) => names.set(id, value.find(({ type }) => type === 'user')?.name ?? null))
        .catch(() => names.delete(id))
        .finally(() => {
          this.#asking -= 1;
          this.#askMore(api);
          this.#host.requestUpdate();
        });
    }
  }
}
