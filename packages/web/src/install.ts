// Installs the page as an app. The browser announces that it is possible; its prompt
// opens when the user asks for it.
interface InstallEvent extends Event {
  prompt(): Promise<void>;
}

function isInstall(event: Event): event is InstallEvent {
  return 'prompt' in event;
}

/** Calls with a function that opens the prompt, or with null when there is none. Returns the first value: null. */
export function openInstall(changed: (run: (() => void) | null) => void): null {
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    changed(() => {
      changed(null);
      if (isInstall(event)) void event.prompt();
    });
  });
  addEventListener('appinstalled', () => changed(null));
  return null;
}
