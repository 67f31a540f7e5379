// What is not HTTP never becomes a request: it is answered on the bare socket, in Graph's shape like every failure, and
// the connection ends. Node says which of its parser's rules was broken.
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { HubError } from '../../model/errors.ts';
import { errorBody } from '../answer/error-answer.ts';

const messages: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: 'The headers are larger than 32 KiB.',
  ERR_HTTP_REQUEST_TIMEOUT: 'The request did not arrive in time.',
};

export function answerBrokenHttp(error: { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const id = randomUUID();
  const refusal = new HubError(
    'invalidRequest',
    messages[error.code ?? ''] ?? 'The bytes are not valid HTTP.',
  );
  const body = JSON.stringify(errorBody(refusal, { 'request-id': id, 'client-request-id': id }));
  const head = [
    'HTTP/1.1 400 Bad Request',
    'Content-Type: application/json',
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `request-id: ${id}`,
    `client-request-id: ${id}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
