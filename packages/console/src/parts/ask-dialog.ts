// <carillon-ask>: asks again before something that can't be taken back, and says what it will do. What is worst asks for a
// word to be typed.
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { text } from '../language.ts';
import { look } from './look.ts';
import type { Question } from './view.ts';

class AskDialog extends LitElement {
  static override properties = { question: { state: true }, typed: { state: true } };
  declare private question: Question | null;
  declare private typed: string;
  #answer: (yes: boolean) => void = () => {};

  constructor() {
    super();
    this.question = null;
    this.typed = '';
  }

  async ask(question: Question): Promise<boolean> {
    this.#answer(false);
    this.question = question;
    this.typed = '';
    await this.updateComplete;
    this.renderRoot.querySelector('dialog')?.showModal();
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  #close(yes: boolean): void {
    this.#answer(yes);
    this.#answer = () => {};
    this.renderRoot.querySelector('dialog')?.close();
    this.question = null;
  }

  override render(): TemplateResult | typeof nothing {
    const { question } = this;
    if (!question) return nothing;
    const { typed } = question;
    const submit = (event: Event): void => {
      event.preventDefault();
      this.#close(true);
    };
    const type = ({ target }: Event): void => {
      if (target instanceof HTMLInputElement) this.typed = target.value;
    };
    return html`<dialog class="card" aria-labelledby="title" aria-describedby="text" @cancel=${() => this.#close(false)}>
      <form @submit=${submit}>
        <h2 id="title">${question.title}</h2>
        <p id="text">${question.text}</p>
        ${
          typed === undefined
            ? nothing
            : html`<label><span>${text('typeToConfirm', { word: typed })}</span><input autocomplete="off" spellcheck="false" @input=${type}></label>`
        }
        <div class="acts">
          <button type="button" autofocus @click=${() => this.#close(false)}>${text('cancel')}</button>
          <button class="main bad" ?disabled=${typed !== undefined && this.typed !== typed}>${question.action}</button>
        </div>
      </form>
    </dialog>`;
  }

  static override styles = [
    look,
    css`
      dialog { width: min(28rem, 100vw - 2rem); padding: 1.5rem; color: inherit; }
      dialog::backdrop { background: #0007; }
      form { display: grid; gap: 1rem; }
      p { text-wrap: pretty; white-space: pre-line; overflow-wrap: anywhere; }
      .acts { display: flex; flex-wrap: wrap; justify-content: flex-end; gap: .5rem; }
    `,
  ];
}

customElements.define('carillon-ask', AskDialog);

export type { AskDialog };
