// Installing the page as an app: the browser says when it can
// be, and is asked when the user wants it.
interface InstallEvent extends Event {
  prompt(): Promise<void>;
}

/** Calls with what asks the browser, or null once that is over. Answers what holds at first: nothing. */
export function openInstall(changed: (run: (() => void) | null) => void): null {
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    changed(() => {
      changed(null);
      void (event as InstallEvent).prompt();
    });
  });
  addEventListener('appinstalled', () => changed(null));
  return null;
}
