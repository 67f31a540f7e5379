// What /inbox, /console and /docs show when their page is not built: that the hub works, what works, and how to build the page. It loads
// nothing from elsewhere and runs no script.

const names = { inbox: 'inbox page', console: 'console', site: 'documentation' };

export const missingPagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'";

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

export function missingPage(givenUrl: string, page: keyof typeof names = 'inbox'): string {
  const publicUrl = escaped(givenUrl);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Carillon</title>
<link rel="icon" href="data:,">
<style>${style}</style>
<main>
<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 3a6 6 0 0 0-6 6c0 5-2 6.500-2 8h16c0-1.500-2-3-2-8a6 6 0 0 0-6-6Zm-2 16a2 2 0 0 0 4 0"/></svg>
<h1>The hub is running.</h1>
<p>Its ${names[page]} is not built here: <code>npm run build</code> makes it, in the folder of the sources, before the hub starts. What works without:</p>
<dl>
<dt>The API</dt><dd><code>${publicUrl}/v1.0</code> and <code>${publicUrl}/beta</code></dd>
<dt>Live</dt><dd><code>${publicUrl}/v1.0/me/notifications/stream</code>, as server-sent events or a WebSocket</dd>
</dl>
<p>Send one from the folder that the hub was started in:</p>
<pre><code>npx carillon send --user NAME --title "Lunch is ready" --watch</code></pre>
</main>
</html>
`;
}

const style = `
  :root { color-scheme: light dark; font: 16px/1.6 system-ui, sans-serif; --card: #fff; --page: #f3f1ec; --ink: #22201c; --accent: #8a5a00; }
  @media (prefers-color-scheme: dark) { :root { --card: #24221e; --page: #161512; --ink: #ece8df; --accent: #e2b04a; } }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--page); color: var(--ink); }
  main { box-sizing: border-box; width: min(40rem, 100% - 2rem); margin: 2rem 0; padding: 2rem; border-radius: 1rem; background: var(--card); box-shadow: 0 .5rem 2rem #0002; }
  svg { width: 2.5rem; fill: none; stroke: var(--accent); stroke-width: 1.6; stroke-linejoin: round; stroke-linecap: round; }
  h1 { margin: .25rem 0 .5rem; font-size: 1.6rem; letter-spacing: -.02em; }
  dl { margin: 1.25rem 0; }
  dt { font-weight: 600; } dd { margin: 0 0 .75rem; overflow-wrap: anywhere; }
  code { font: .9em ui-monospace, monospace; }
  pre { margin: 0; padding: .9rem 1rem; border-radius: .6rem; background: #8882; white-space: pre-wrap; overflow-wrap: anywhere; }
`;
