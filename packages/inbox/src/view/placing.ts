// Places the floating parts: the panel under its bell, the menu at its row, both within the window. They are measured when they
// open and when the window changes; not every browser has CSS anchor positioning.

interface Placing {
  readonly anchor: DOMRect;
  readonly element: HTMLElement;
  readonly gap: number;
  readonly direction: 'ltr' | 'rtl';
}

const edge = 8;

/** Below the anchor, its end at the anchor's end; above it when there is more room. */
export function placeAt({ anchor, element, gap, direction }: Placing): void {
  const { clientWidth, clientHeight } = document.documentElement;
  const { offsetWidth, offsetHeight } = element;
  const wanted = direction === 'rtl' ? anchor.left : anchor.right - offsetWidth;
  const left = Math.max(edge, Math.min(wanted, clientWidth - offsetWidth - edge));
  const below = anchor.bottom + gap;
  const fits = below + offsetHeight <= clientHeight - edge || anchor.top < clientHeight / 2;
  const top = fits ? below : Math.max(edge, anchor.top - gap - offsetHeight);
  element.style.left = `${left}px`;
  element.style.top = `${top}px`;
  element.style.setProperty('--room', `${clientHeight - top - edge}px`);
}
