// The console for operators at /console with its files below, and the configuration of its sign-in. Nothing here needs a token or
// is private: what it shows comes from the admin operations, with the token of whoever signed in.
import type { ConsoleConfig } from '@carillon/protocol';
import type { FastifyInstance } from 'fastify';
import { missingPage, missingPagePolicy } from './missing-page.ts';
import type { PageFiles } from './page-files.ts';
import { htmlType, sendPageFile } from './send-page-file.ts';

export interface ConsoleOptions {
  readonly config: ConsoleConfig;
  /** Null: it is not built. */
  readonly page: PageFiles | null;
}

export function addConsole(app: FastifyInstance, { config, page }: ConsoleOptions): void {
  const policy = contentPolicy(config);
  const { pathname } = new URL(`${config.publicUrl}/console`);
  app.get('/console', (request, reply) => {
    const file = page?.get('index.html');
    if (!file) {
      const html = missingPage(config.publicUrl, 'console');
      return reply.type(htmlType).header('Content-Security-Policy', missingPagePolicy).send(html);
    }
    // The page's links are relative to /console; with a slash after it they would lead elsewhere.
    if (request.originalUrl.startsWith('/console/')) return reply.redirect(pathname);
    return sendPageFile(file, { request, reply, policy });
  });
  app.get('/console/config.json', (_request, reply) => reply.send(config));
  // For links in documents and mails: the page finds its own places behind the #.
  app.get('/console/start', (_request, reply) => reply.redirect(`${pathname}#start`));
  app.get<{ Params: { '*': string } }>('/console/*', (request, reply) => {
    const file = page?.get(request.params['*']);
    return file ? sendPageFile(file, { request, reply, policy }) : (reply.callNotFound() as never);
  });
}

/** Own files alone; calls to the hub and the issuer that gives the tokens. */
function contentPolicy({ publicUrl, issuer }: ConsoleConfig): string {
  const { origin } = new URL(publicUrl);
  const login = new URL(issuer).origin;
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self'${login === origin ? '' : ` ${login}`}`,
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
