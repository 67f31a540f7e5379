// The pages that the hub serves: the built inbox at /inbox with its files below, and the configuration of its sign-in.
// Nothing here needs a token or is private: a user's data comes from the operations.
import type { InboxConfig } from '@carillon/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { missingPage, missingPagePolicy } from './missing-page.ts';
import type { PageFile, PageFiles } from './page-files.ts';
import { htmlType, sendPageFile } from './send-page-file.ts';

export interface WebOptions {
  readonly config: InboxConfig;
  /** Null: it is not built. */
  readonly page: PageFiles | null;
}

export function addWeb(app: FastifyInstance, { config, page }: WebOptions): void {
  const policy = contentPolicy(config);
  const { pathname } = new URL(`${config.publicUrl}/inbox`);
  const serve = (file: PageFile | undefined, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    if (!file) return reply.callNotFound() as never;
    reply.header('Service-Worker-Allowed', pathname);
    const more = isEmbed(request) ? embedHeaders : {};
    return sendPageFile(file, { request, reply, policy, more });
  };
  app.get('/', (_request, reply) => reply.redirect(pathname));
  app.get('/inbox', (request, reply) => {
    // The page's links are relative to /inbox; with a slash after it they would lead elsewhere.
    if (page && request.originalUrl.startsWith('/inbox/')) return reply.redirect(pathname);
    if (page) return serve(page.get('index.html'), request, reply);
    const html = missingPage(config.publicUrl);
    return reply.type(htmlType).header('Content-Security-Policy', missingPagePolicy).send(html);
  });
  app.get('/inbox/config.json', (_request, reply) => reply.send(config));
  app.get<{ Params: { '*': string } }>('/inbox/*', (request, reply) =>
    serve(page?.get(request.params['*']), request, reply),
  );
}

/** The inbox as one file, for pages of any origin: with an integrity a browser takes it only where CORS lets it. */
function isEmbed({ params }: FastifyRequest): boolean {
  const path = typeof params === 'object' && params !== null && '*' in params ? params['*'] : null;
  return path === 'embed.js' || path === 'embed.mjs';
}

const embedHeaders: Readonly<Record<string, string>> = {
  'Access-Control-Allow-Origin': '*',
  'Cross-Origin-Resource-Policy': 'cross-origin',
};

/** Own files alone, and pictures of other sites where the operator lets them; calls to the hub, its streams, and the issuer that gives the tokens. */
function contentPolicy({ publicUrl, issuer, pictures }: InboxConfig): string {
  const { origin } = new URL(publicUrl);
  // Not every browser takes 'self' to mean the streams too.
  const streams = origin.replace(/^http/, 'ws');
  const login = new URL(issuer).origin;
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src 'self' data:${pictures === undefined ? ' https:' : pictures === 'proxied' ? ' blob:' : ''}`,
    `connect-src 'self' ${streams}${login === origin ? '' : ` ${login}`}`,
    "manifest-src 'self'",
    "worker-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
