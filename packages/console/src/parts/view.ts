// What every view of the console is given, and what it does when its place changes: `entered` reads what the place names.
// A view is loaded when it is first shown.
import { LitElement, type PropertyValues } from 'lit';
import type { ConsoleConfig } from '../console-config.ts';
import { onLanguage } from '../language.ts';
import type { Place } from '../place.ts';
import type { Api } from '../session/api.ts';
import type { Operator } from '../session/session.ts';

/** A question before something that can't be taken back. */
export interface Question {
  readonly title: string;
  readonly text: string;
  /** Of the button. */
  readonly action: string;
  /** What must be typed first. */
  readonly typed?: string;
}

export interface Desk {
  readonly api: Api;
  readonly config: ConsoleConfig;
  readonly operator: Operator;
  /** Whether the operator may change anything. */
  readonly mayAct: boolean;
  ask(question: Question): Promise<boolean>;
  /** A line at the foot of the page, for a while. */
  say(line: string): void;
  /** What the view that is shown is called: the page's title, and where the focus of one who came by keyboard goes. */
  entitle(name: string): void;
  /** Puts the focus to the content, where what had it is gone. */
  focusContent(): void;
}

export abstract class View extends LitElement {
  static override properties = { desk: { attribute: false }, place: { attribute: false } };
  declare desk: Desk;
  declare place: Place;
  #stop = (): void => {};
  #focused: Element | null = null;

  abstract entered(place: Place): void;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = onLanguage(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
  }

  override willUpdate(changed: PropertyValues): void {
    if (changed.has('place')) this.entered(this.place);
    this.#focused = this.shadowRoot?.activeElement ?? null;
  }

  override updated(_changed: PropertyValues): void {
    // A button that is gone after what it did must not throw whoever works by keyboard to the top of the page.
    if (this.#focused && !this.#focused.isConnected) this.desk.focusContent();
    const heading = this.renderRoot.querySelector('h1')?.textContent?.trim();
    if (heading) this.desk.entitle(heading);
  }
}
