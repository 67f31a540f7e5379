// Makes the element known to the document: once, whoever comes first, and not at all where there is no document, so that
// a page rendered by a server may import it.
import { CarillonInbox } from './carillon-inbox.ts';

export const tagName = 'carillon-inbox';

export function defineInbox(): void {
  if (typeof window === 'undefined' || typeof document === 'undefined') return;
  if (!customElements.get(tagName)) customElements.define(tagName, CarillonInbox);
}
