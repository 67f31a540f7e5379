// The documents of the API, which anybody may read. They are made from the operations when somebody first asks, by code that is
// loaded then.
import { graphVersions } from '@carillon/protocol';
import type { FastifyInstance } from 'fastify';
import { metadataFormat } from './metadata-format.ts';
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
  const metadata = {
    xml: serveDocument({
      type: 'application/xml',
      vary: 'Accept, Accept-Encoding',
      make: async () => (await import('./csdl/metadata.ts')).metadataXml(),
    }),
    json: serveDocument({
      type: 'application/json',
      vary: 'Accept, Accept-Encoding',
      make: async () => (await import('./csdl/metadata.ts')).metadataJson(),
    }),
  };
  for (const version of graphVersions)
    app.get(`/${version}/$metadata`, (request, reply) => {
      const format = metadataFormat(request.url, request.headers.accept);
      return metadata[format](request, reply.header('OData-Version', '4.0'));
    });
}
