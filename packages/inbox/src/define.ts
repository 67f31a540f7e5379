// Defines the element, once a document. Without a document it does nothing, so that a page that is rendered on a server may
// import it.
import { CarillonInbox } from './carillon-inbox.ts';

export const tagName = 'carillon-inbox';

export function defineInbox(): void {
  if (typeof window === 'undefined' || typeof document === 'undefined') return;
  if (!customElements.get(tagName)) customElements.define(tagName, CarillonInbox);
}
