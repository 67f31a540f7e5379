// The reference of the API at /docs: a viewer of /openapi.json, read from the disk when somebody first asks. It needs no token
// and has none; nothing of it comes from another host.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { missingPage, missingPagePolicy } from './missing-page.ts';
import type { PageFiles } from './page-files.ts';
import { htmlType, sendPageFile } from './send-page-file.ts';

export interface ReferenceOptions {
  readonly publicUrl: string;
  /** Null: it is not built. */
  readonly read: () => PageFiles | null;
}

/** The viewer writes its styles into the page, which shows nothing but the document. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

export function addReference(app: FastifyInstance, { publicUrl, read }: ReferenceOptions): void {
  const { pathname } = new URL(`${publicUrl}/docs`);
  let page: PageFiles | null | undefined;
  const send = (path: string, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    page ??= read();
    const file = page?.get(path);
    return file ? sendPageFile(file, { request, reply, policy }) : (reply.callNotFound() as never);
  };
  app.get('/docs', (request, reply) => {
    page ??= read();
    if (page === null) {
      const html = missingPage(publicUrl, 'reference');
      return reply.type(htmlType).header('Content-Security-Policy', missingPagePolicy).send(html);
    }
    // The page's links are relative to /docs; with a slash after it they would lead elsewhere.
    if (request.originalUrl.startsWith('/docs/')) return reply.redirect(pathname);
    return send('index.html', request, reply);
  });
  app.get<{ Params: { '*': string } }>('/docs/*', (request, reply) =>
    send(request.params['*'], request, reply),
  );
}
