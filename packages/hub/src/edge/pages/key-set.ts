// The public keys of what the hub signs beside tokens: the validation tokens of webhooks with resource data. Public, so no
// token is asked for.
import type { FastifyInstance } from 'fastify';

/** Made with the first request for them, where nothing has been signed yet. */
export function addKeySet(app: FastifyInstance, read: () => Promise<object>): void {
  app.get('/.well-known/jwks.json', async (_request, reply) => {
    reply.header('Cache-Control', 'public, max-age=300').type('application/json');
    return reply.send(Buffer.from(JSON.stringify(await read())));
  });
}
