// Closes connections for a drain: plain sockets finish a running request, and HTTP/2 sessions get a GOAWAY, for which
// Node's own close would wait forever. What is left after the grace period is cut.
import type { Server } from 'node:http';
import type { Http2Session } from 'node:http2';
import type { Socket } from 'node:net';
import { systemClock } from '../../lib/clock.ts';

const graceMs = 5000;
const lookAgainMs = 100;

export interface Connections {
  drain(close: () => Promise<void>): Promise<void>;
}

export function trackConnections(server: object): Connections {
  const sockets = new Set<Socket>();
  const sessions = new Set<Http2Session>();
  const events = server as Server;
  const onSocket = (socket: Socket): void => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  };
  events.on('connection', onSocket);
  events.on('session', (session: Http2Session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  return {
    async drain(close) {
      const cut = systemClock.after(graceMs, () => {
        for (const session of sessions) session.destroy();
        for (const socket of sockets) socket.destroy();
      });
      const closed = close();
      for (const session of sessions) session.close();
      // A connection is idle once its request is answered, and would then be kept alive.
      const idle = systemClock.every(lookAgainMs, () => {
        if ('closeIdleConnections' in events) events.closeIdleConnections();
      });
      await closed;
      idle.stop();
      cut.stop();
    },
  };
}
