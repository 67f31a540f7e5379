// The documentation at /docs, and at /docs/reference a viewer of /openapi.json. Both are read from the disk when somebody first
// asks. They need no token and have none; nothing of them comes from another host.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { missingPage, missingPagePolicy } from './missing-page.ts';
import type { PageFile, PageFiles } from './page-files.ts';
import { htmlType, sendPageFile } from './send-page-file.ts';

export interface DocumentationOptions {
  readonly publicUrl: string;
  /** Null: it is not built. */
  readonly readSite: () => PageFiles | null;
  readonly readReference: () => PageFiles | null;
}

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The viewer writes its styles into the page, which shows nothing but the document. */
const referencePolicy = policy.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'");

export function addDocumentation(
  app: FastifyInstance,
  { publicUrl, readSite, readReference }: DocumentationOptions,
): void {
  const { pathname } = new URL(`${publicUrl}/docs`);
  const site = readOnce(readSite);
  const reference = readOnce(readReference);
  app.get('/docs', (request, reply) => {
    // The page's links are relative to /docs; with a slash after it they would lead elsewhere.
    if (request.originalUrl.startsWith('/docs/')) return reply.redirect(pathname);
    const file = site()?.get('index.html');
    return file ? sendPageFile(file, { request, reply, policy }) : sendMissing(reply, publicUrl);
  });
  app.get<{ Params: { '*': string } }>('/docs/*', (request, reply) => {
    const { '*': path } = request.params;
    const [part, ...below] = path.split('/');
    const file =
      part === 'reference' ? reference()?.get(below.join('/') || 'index.html') : pageAt(site(), path);
    if (!file) return reply.callNotFound() as never;
    if (/\/(?:\?|$)/.test(request.originalUrl)) return reply.redirect(`${pathname}/${path}`);
    return sendPageFile(file, { request, reply, policy: part === 'reference' ? referencePolicy : policy });
  });
}

function readOnce(read: () => PageFiles | null): () => PageFiles | null {
  let files: PageFiles | null | undefined;
  return () => {
    files ??= read();
    return files;
  };
}

/** A page's address has no suffix: one name, whatever made it. */
function pageAt(files: PageFiles | null, path: string): PageFile | undefined {
  return path.endsWith('.html') ? undefined : (files?.get(`${path}.html`) ?? files?.get(path));
}

function sendMissing(reply: FastifyReply, publicUrl: string): FastifyReply {
  const html = missingPage(publicUrl, 'site');
  return reply.type(htmlType).header('Content-Security-Policy', missingPagePolicy).send(html);
}
