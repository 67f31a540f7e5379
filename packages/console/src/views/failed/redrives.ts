// The redrives of the node that answers, each followed until it ends: those that this page began, and those that were under way
// when it was opened. Dry runs, which only count, are followed where they were begun.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { after } from '../../clock.ts';
import type { Api, Paged } from '../../session/api.ts';
import type { RedriveJob, RedrivePost } from '../wire.ts';

const path = 'admin/deliveries/redrives';
const everyMs = 1000;

export class Redrives implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #underWay = new Map<string, RedriveJob>();
  #isShown = false;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.#isShown = true;
  }

  hostDisconnected(): void {
    this.#isShown = false;
    this.#underWay.clear();
  }

  get underWay(): readonly RedriveJob[] {
    return [...this.#underWay.values()];
  }

  /** Follows what others, or this page before a reload, began. Answers the last state of each, once all have ended. */
  async rejoin(api: Api): Promise<readonly RedriveJob[]> {
    const { value } = await api.get<Paged<RedriveJob>>(path);
    const others = value.filter(
      ({ id, dryRun, endedDateTime }) => !dryRun && endedDateTime === null && !this.#underWay.has(id),
    );
    return Promise.all(others.map((job) => this.#follow(job, api)));
  }

  /** Answers its last state: once it has ended, or the page shows something else. */
  async run(selection: RedrivePost, api: Api): Promise<RedriveJob> {
    return this.#follow(await api.send<RedriveJob>('POST', path, selection), api);
  }

  async cancel(id: string, api: Api): Promise<void> {
    await api.send<RedriveJob>('POST', `${path}/${id}/cancel`);
  }

  async #follow(begun: RedriveJob, api: Api): Promise<RedriveJob> {
    let job = begun;
    try {
      while (job.endedDateTime === null && this.#isShown) {
        this.#underWay.set(job.id, job);
        this.#host.requestUpdate();
        await new Promise<void>((resolve) => void after(everyMs, resolve));
        job = await api.get<RedriveJob>(`${path}/${job.id}`);
      }
      return job;
    } finally {
      this.#underWay.delete(job.id);
      this.#host.requestUpdate();
    }
  }
}
