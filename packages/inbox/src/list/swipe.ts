// Swiping a row by touch: towards its end dismisses, towards its beginning opens the snooze menu. It is a directive, so that
// it follows the finger without a render for each frame. A mouse does not swipe; scrolling is the browser's.
import type { Notification } from '@carillon/protocol';
import { noChange } from 'lit';
import { Directive, type DirectiveParameters, directive, type ElementPart } from 'lit/directive.js';
import type { InboxHost } from '../view/host.ts';

/** The part of the row's width beyond which the end of a swipe acts. */
const threshold = 0.3;
/** Pixels before a touch counts as a swipe. */
const slack = 12;

class SwipeDirective extends Directive {
  #host: InboxHost | null = null;
  #item: Notification | null = null;
  #element: HTMLElement | null = null;
  #from = { x: 0, y: 0 };
  #shift = 0;

  render(_host: InboxHost, _item: Notification): typeof noChange {
    return noChange;
  }

  override update(part: ElementPart, [host, item]: DirectiveParameters<this>): typeof noChange {
    this.#host = host;
    this.#item = item;
    if (!this.#element && part.element instanceof HTMLElement) this.#begin(part.element);
    return noChange;
  }

  #begin(element: HTMLElement): void {
    this.#element = element;
    element.addEventListener('pointerdown', (event) => {
      this.#shift = 0;
      this.#from = { x: event.clientX, y: event.clientY };
    });
    element.addEventListener('pointermove', (event) => this.#move(element, event));
    element.addEventListener('pointerup', () => this.#end(element, true));
    element.addEventListener('pointercancel', () => this.#end(element, false));
    // The end of a swipe over the row is not a click.
    element.addEventListener('click', (event) => this.#shift !== 0 && event.stopPropagation(), {
      capture: true,
    });
  }

  #move(element: HTMLElement, event: PointerEvent): void {
    if (event.pointerType === 'mouse' || event.buttons === 0) return;
    const x = event.clientX - this.#from.x;
    if (this.#shift === 0 && Math.abs(x) < Math.max(slack, Math.abs(event.clientY - this.#from.y))) return;
    if (this.#shift === 0) element.setPointerCapture(event.pointerId);
    this.#shift = x;
    element.style.setProperty('--swipe', `${x}px`);
    const isEnd = this.#isTowardsEnd();
    element.dataset.swipe = isEnd ? 'end' : 'start';
    // What lets go here will do: colour alone does not say it.
    element.dataset.word = this.#host?.words.text(isEnd ? 'dismiss' : 'snooze') ?? '';
  }

  #end(element: HTMLElement, isReleased: boolean): void {
    const isFar = Math.abs(this.#shift) > threshold * element.offsetWidth;
    element.style.removeProperty('--swipe');
    delete element.dataset.swipe;
    delete element.dataset.word;
    if (!isReleased || !isFar || !this.#item) return;
    if (this.#isTowardsEnd()) this.#host?.actions.dismiss(this.#item);
    else this.#host?.openMenu(this.#item, 'snooze');
  }

  #isTowardsEnd(): boolean {
    return this.#shift > 0 === (this.#host?.direction === 'ltr');
  }
}

export const swipe = directive(SwipeDirective);
