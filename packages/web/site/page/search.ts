// The search of the site: a box and its results, by keyboard as by mouse. The index is a file of the hub; words never leave the
// browser.
import MiniSearch from 'minisearch';
import { type Stored, searchOptions } from './search-options.ts';

const resultsMax = 12;

interface Result extends Stored {
  readonly id: string;
}

/** Null: it could not be read. */
let index: Promise<MiniSearch | null> | undefined;

async function readIndex(address: string): Promise<MiniSearch> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
  return MiniSearch.loadJSON(await answer.text(), searchOptions);
}

let isOpened = false;

export function openSearch(button: HTMLButtonElement, dialog: HTMLDialogElement): void {
  const { index: address = '', home = '', front = '' } = button.dataset;
  index ??= readIndex(address).catch(() => {
    // Whoever opens the search again has it read again.
    index = undefined;
    return null;
  });
  if (isOpened) return;
  isOpened = true;
  const [input, list, none] = ['input', '#found', '.none'].map((each) => dialog.querySelector(each));
  if (!(input instanceof HTMLInputElement) || !list || !none) return;
  const options = (): HTMLElement[] => [...list.querySelectorAll<HTMLElement>('[role=option]')];
  const choose = (at: number): void => {
    for (const [each, option] of options().entries()) {
      option.setAttribute('aria-selected', String(each === at));
      if (each !== at) continue;
      input.setAttribute('aria-activedescendant', option.id);
      option.scrollIntoView({ block: 'nearest' });
    }
  };
  const chosen = (): number => options().findIndex((each) => each.ariaSelected === 'true');
  const show = async (): Promise<void> => {
    const words = input.value.trim();
    const results = words === '' ? [] : await search(words);
    if (results === null) {
      none.textContent = 'The index of the search could not be read. Close this, and try again.';
      return;
    }
    if (words !== input.value.trim()) return;
    const elements = results.map((result, at) => optionOf(result, { at, home, front }));
    list.replaceChildren(...elements);
    input.setAttribute('aria-expanded', String(results.length > 0));
    input.removeAttribute('aria-activedescendant');
    none.textContent = words === '' || results.length > 0 ? '' : `Nothing is found for “${words}”.`;
    choose(0);
  };
  input.addEventListener('input', () => void show());
  input.addEventListener('keydown', (event) => {
    const count = options().length;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && count > 0) choose((chosen() + step + count) % count);
    else if (event.key === 'Enter') options()[chosen()]?.click();
    else return;
    event.preventDefault();
  });
  list.addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  // What was written while the code was loading.
  void show();
}

async function search(words: string): Promise<Result[] | null> {
  const all = (await index)?.search(words);
  if (!all) return null;
  return all.slice(0, resultsMax).map(({ id, heading, page, begins }) => ({ id, heading, page, begins }));
}

interface Place {
  readonly at: number;
  readonly home: string;
  readonly front: string;
}

function optionOf({ id, heading, page, begins }: Result, { at, home, front }: Place): HTMLElement {
  const link = document.createElement('a');
  link.role = 'option';
  link.id = `found-${at}`;
  const [address, anchor = ''] = id.split('#');
  link.href = `${address === '' ? front : home + address}${anchor === '' ? '' : `#${anchor}`}`;
  link.tabIndex = -1;
  const [title, place, text] = [
    ['strong', heading],
    ['small', page === heading ? '' : page],
    ['span', begins],
  ].map(([name = '', words = '']) => {
    const part = document.createElement(name);
    part.textContent = words;
    return part;
  });
  if (title && place && text) link.append(title, place, text);
  return link;
}
