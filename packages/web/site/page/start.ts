// What a page does beside being read: the switch of the theme, and the search, whose code and index load when somebody opens it.
const found = <T extends Element>(selector: string): T => {
  const element = document.querySelector<T>(selector);
  if (!element) throw new Error(`the page has no ${selector}`);
  return element;
};

const theme = found<HTMLButtonElement>('button.theme');
theme.hidden = false;
theme.addEventListener('click', () => {
  const { dataset } = document.documentElement;
  const isDark = dataset.theme
    ? dataset.theme === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
  dataset.theme = isDark ? 'light' : 'dark';
  try {
    localStorage.setItem('carillon-console-theme', dataset.theme);
  } catch {
    // It holds until the page is left.
  }
});

const button = found<HTMLButtonElement>('button.search');
const dialog = found<HTMLDialogElement>('dialog.find');
button.hidden = false;
button.addEventListener('click', () => void open());
document.addEventListener('keydown', (event) => {
  const isCommand = event.ctrlKey || event.metaKey;
  const asks = event.key === '/' ? !isCommand && !event.altKey : event.key === 'k' && isCommand;
  // The pages have no other box to write in.
  if (!asks || dialog.open) return;
  event.preventDefault();
  void open();
});
// The navigation shows where the reader is, also on a page far down in it.
found('#nav').querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
scrollTo({ top: location.hash === '' ? 0 : scrollY });

for (const code of document.querySelectorAll<HTMLElement>('pre[data-language=sh]')) offerCopy(code);

/** What a reader pastes into a terminal. */
function offerCopy(code: HTMLElement): void {
  const frame = document.createElement('div');
  const copy = document.createElement('button');
  frame.className = 'copyable';
  copy.className = 'copy';
  copy.textContent = 'Copy';
  copy.addEventListener('click', () => {
    const copied = navigator.clipboard?.writeText(code.textContent.trim());
    copied?.then(
      () => {
        copy.textContent = 'Copied';
      },
      () => {
        copy.textContent = 'Copying is not allowed';
      },
    );
  });
  code.replaceWith(frame);
  frame.append(code, copy);
}

async function open(): Promise<void> {
  dialog.showModal();
  dialog.querySelector('input')?.select();
  const { openSearch } = await import('./search.ts');
  openSearch(button, dialog);
}
