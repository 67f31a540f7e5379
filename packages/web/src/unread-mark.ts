// Shows the unread count outside the page: in the tab's title and icon, and on the badge of the installed
// app.
const bell = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
const plainIcon = bell?.href ?? '';

export function showUnread(count: number): void {
  document.title = count > 0 ? `(${short(count)}) Carillon` : 'Carillon';
  if (bell) bell.href = count > 0 ? icon(short(count)) : plainIcon;
  const badge = count > 0 ? navigator.setAppBadge?.(count) : navigator.clearAppBadge?.();
  badge?.catch(() => {}); // only installed apps have one
}

function short(count: number): string {
  return count > 99 ? '99+' : String(count);
}

function icon(text: string): string {
  const size = text.length > 2 ? 22 : 30;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="15" fill="#8a5600"/><path fill="#ffdf9e" d="M28 10a4 4 0 0 0-4 4v1c-6 2-10 8-10.500 15-.500 7-2 11-5.500 14-1 1-.500 3 1 3h38c1.500 0 2-2 1-3-3.500-3-5-7-5.500-14C42 23 38 17 32 15v-1a4 4 0 0 0-4-4Z"/><rect x="22" y="26" width="42" height="38" rx="19" fill="#d92d20"/><text x="43" y="46" text-anchor="middle" dominant-baseline="central" font-family="system-ui,sans-serif" font-weight="700" font-size="${size}" fill="#fff">${text}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
