// The pages that the hub serves: until the inbox is built, /inbox says so, with what works today.
// Pages load nothing from elsewhere and run no script.
import type { FastifyInstance } from 'fastify';

export function addWeb(app: FastifyInstance, publicUrl: string): void {
  app.get('/', (_request, reply) => reply.redirect('/inbox'));
  app.get('/inbox', (_request, reply) =>
    reply.type('text/html;charset=utf-8').header('Content-Security-Policy', policy).send(page(publicUrl)),
  );
}

const policy = "default-src 'none'; style-src 'unsafe-inline'";

function page(publicUrl: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Carillon</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.6 system-ui, sans-serif; }
  body { max-width: 40rem; margin: 15vh auto; padding: 0 1.5rem; }
  h1 { font-size: 1.6rem; letter-spacing: -.02em; }
  code { padding: .1em .35em; border-radius: .3em; background: color-mix(in srgb, currentColor 10%, transparent); }
</style>
<main>
<h1>The inbox is not built here.</h1>
<p>This hub runs and serves its API at <code>${publicUrl}/v1.0</code> and <code>${publicUrl}/beta</code>.
Devices follow it over server-sent events or a WebSocket at <code>/v1.0/me/notifications/stream</code>.</p>
<p>The commands that send, watch and dismiss stand in the terminal where it was started.</p>
</main>
</html>
`;
}
