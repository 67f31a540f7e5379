// The request that oidc-provider sees: the outer one with its body read (bounded) and possibly rewritten, its path
// relative to the issuer, and none of the headers that claim where it came from. It is a stream of its own, so that
// HTTP/1.1 and HTTP/2 look alike, and the outer one stays as it was.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { Readable } from 'node:stream';
import { dropRest } from '../../../lib/inbound/dropped-body.ts';
import type { Spelling } from './rewrite.ts';

/** A request as either protocol's server gives it. */
export type OuterRequest = IncomingMessage | Http2ServerRequest;

const maxBodyBytes = 64 * 1024;

export class InnerRequest extends Readable {
  readonly method: string;
  readonly url: string;
  /** With the path of the issuer: oidc-provider derives its mount path from the difference. */
  readonly originalUrl: string;
  readonly headers: IncomingHttpHeaders;
  readonly socket: { readonly remoteAddress: string };
  readonly httpVersionMajor: number;
  /** How the client wrote the scopes that it asked for. */
  spelling: Spelling = new Map();
  readonly form: URLSearchParams | null;
  #body: Buffer;

  constructor(outer: OuterRequest, { url, mountPath, address, body }: InnerOptions) {
    super();
    this.method = outer.method ?? 'GET';
    this.url = url;
    this.originalUrl = mountPath + url;
    this.socket = { remoteAddress: address };
    this.httpVersionMajor = outer.httpVersionMajor;
    this.#body = body;
    this.headers = innerHeaders(outer.headers, body.length);
    const isForm = /^application\/x-www-form-urlencoded\b/i.test(this.headers['content-type'] ?? '');
    this.form = isForm ? new URLSearchParams(body.toString()) : null;
  }

  /** Puts what was changed in `form` into the body. */
  saveForm(): void {
    if (!this.form) return;
    this.#body = Buffer.from(this.form.toString());
    this.headers['content-length'] = String(this.#body.length);
  }

  override _read(): void {
    this.push(this.#body);
    this.push(null);
  }
}

interface InnerOptions {
  readonly url: string;
  readonly mountPath: string;
  readonly address: string;
  readonly body: Buffer;
}

/** The whole body, or null when it is larger than the bound. */
export async function readBody(outer: OuterRequest): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Left early, the request stays open: the refusal must still get through.
  for await (const chunk of outer.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    chunks.push(chunk);
    if (size <= maxBodyBytes) continue;
    dropRest(outer);
    return null;
  }
  return Buffer.concat(chunks);
}

function innerHeaders(outer: IncomingHttpHeaders, bodyBytes: number): IncomingHttpHeaders {
  const headers: IncomingHttpHeaders = {};
  for (const [name, value] of Object.entries(outer)) {
    if (!/^(:|x-forwarded-|forwarded$|transfer-encoding$|content-length$)/.test(name)) headers[name] = value;
  }
  if (bodyBytes > 0) headers['content-length'] = String(bodyBytes);
  return headers;
}
