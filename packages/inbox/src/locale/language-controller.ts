// The language and direction of the component: its own `lang`, else that of the nearest element with one, through shadow
// trees, else the browser's. It updates when the page changes them. A template's `<html lang="en">` says nothing of the person,
// so English there is asked for after the browser's languages.
import { directionOf } from '@carillon/words';
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { onLocaleSet } from './locales.ts';
import { Localizer } from './localizer.ts';

export class LanguageController implements ReactiveController {
  readonly #host: ReactiveControllerHost & HTMLElement;
  #words: Localizer | null = null;
  #wanted = '';
  #direction: 'ltr' | 'rtl' | null = null;
  #observer: MutationObserver | null = null;
  #stop: (() => void) | null = null;

  constructor(host: ReactiveControllerHost & HTMLElement) {
    this.#host = host;
    host.addController(this);
  }

  get words(): Localizer {
    this.#words ??= new Localizer(this.#wanted.split(' '));
    return this.#words;
  }

  get direction(): 'ltr' | 'rtl' {
    this.#direction ??= this.#readDirection();
    return this.#direction;
  }

  hostConnected(): void {
    const refresh = (): void => {
      this.#words = null;
      this.#wanted = '';
      this.#host.requestUpdate();
    };
    this.#stop = onLocaleSet(refresh);
    this.#observer = new MutationObserver(() => this.#host.requestUpdate());
    const attributes = { attributeFilter: ['lang', 'dir'] };
    this.#observer.observe(document.documentElement, attributes);
    this.#observer.observe(this.#host, attributes);
  }

  hostDisconnected(): void {
    this.#observer?.disconnect();
    this.#stop?.();
  }

  hostUpdate(): void {
    this.#direction = null;
    const nearest = nearestLanguage(this.#host);
    const wanted = [...(nearest === null ? [] : [nearest]), ...navigator.languages, 'en'].join(' ');
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    this.#words = null;
  }

  /** The element's own `dir`; else the direction of its own language; else the page's. */
  #readDirection(): 'ltr' | 'rtl' {
    const { dir, lang } = this.#host;
    if (dir === 'ltr' || dir === 'rtl') return dir;
    if (lang !== '') return directionOf(this.words.tag);
    const isPageRight = getComputedStyle(this.#host).direction === 'rtl';
    return isPageRight ? 'rtl' : directionOf(this.words.tag);
  }
}

function nearestLanguage(element: Element): string | null {
  let at: Element | null = element;
  while (at) {
    const found: Element | null = at.closest('[lang]:not([lang=""])');
    const lang = found?.getAttribute('lang') ?? null;
    if (found) return found === document.documentElement && /^en\b/i.test(lang ?? '') ? null : lang;
    const root = at.getRootNode();
    at = root instanceof ShadowRoot ? root.host : null;
  }
  return null;
}
