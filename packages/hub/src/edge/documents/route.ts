// The documents of the API, which anybody may read. They are made from the operations when somebody first asks, by code that is
// loaded then.
import type { FastifyInstance } from 'fastify';
import { serveDocument } from './served-document.ts';

export function addDocuments(app: FastifyInstance, publicUrl: string): void {
  app.get(
    '/openapi.json',
    serveDocument({
      type: 'application/json',
      async make() {
        const { openApi } = await import('./open-api.ts');
        return JSON.stringify(openApi(publicUrl));
      },
    }),
  );
}
