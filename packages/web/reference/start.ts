// The reference of the API at /docs/reference: a viewer that is bundled with this page shows the hub's own OpenAPI document. It sends
// nothing to any host, and takes no token.
import 'openapi-explorer/dist/browser/openapi-explorer.min.js';

type Attributes = Readonly<Record<string, string>>;

const shown: Attributes = {
  'spec-url': '../openapi.json',
  collapse: 'true',
  'hide-console': 'true',
  'hide-server-selection': 'true',
  'use-path-in-nav-bar': 'true',
};
const light: Attributes = {
  'primary-color': '#8a5600',
  'secondary-color': '#8a5600',
  'bg-color': '#fffdf9',
  'text-color': '#231f17',
  'header-bg-color': '#f6f3ec',
  'nav-bg-color': '#f6f3ec',
  'nav-text-color': '#231f17',
  'nav-hover-bg-color': '#f8edd6',
  'nav-hover-text-color': '#6e4400',
};
const dark: Attributes = {
  'primary-color': '#e9b44c',
  'secondary-color': '#e9b44c',
  'bg-color': '#1f1c16',
  'text-color': '#f0ebe1',
  'header-bg-color': '#15130f',
  'nav-bg-color': '#15130f',
  'nav-text-color': '#f0ebe1',
  'nav-hover-bg-color': '#38332a',
  'nav-hover-text-color': '#f4c873',
};

const prefersDark = matchMedia('(prefers-color-scheme: dark)');
const viewer = document.createElement('openapi-explorer');

/** The theme that this browser keeps for the console and the documentation, else the system's. */
function keptTheme(): string | null {
  try {
    return localStorage.getItem('carillon-console-theme');
  } catch {
    return null;
  }
}

function colour(): void {
  const kept = keptTheme();
  const isDark = kept === 'dark' || (kept !== 'light' && prefersDark.matches);
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
  const colours = Object.entries(isDark ? dark : light);
  for (const [name, value] of colours) viewer.setAttribute(name, value);
}

for (const [name, value] of Object.entries(shown)) viewer.setAttribute(name, value);
colour();
prefersDark.addEventListener('change', colour);
document.body.append(viewer);
