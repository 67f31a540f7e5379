// A page's worker as an app wrote it before notifications could be answered, with the client of that time, and not updated
// since. It serves what `worker.ts` serves.
/// <reference lib="webworker" />
import type { OldClient } from '../support/old-client.ts';

declare const carillonBefore: OldClient;

const scope = self as unknown as ServiceWorkerGlobalScope & typeof globalThis;
const settings = new URL(scope.location.href).searchParams;
scope.importScripts('/client-before-questions.js');

// As in `worker.ts`: a test looks only when an event is over.
const counted = Object.assign(scope, { handledEvents: 0 });
const { waitUntil } = ExtendableEvent.prototype;
ExtendableEvent.prototype.waitUntil = function (promise) {
  void Promise.resolve(promise).finally(() => {
    counted.handledEvents += 1;
  });
  waitUntil.call(this, promise);
};

scope.addEventListener('install', () => void scope.skipWaiting());
scope.addEventListener('activate', (event) => event.waitUntil(scope.clients.claim()));
carillonBefore.serveNotifications(scope, {
  baseUrl: settings.get('hub') ?? '',
  token: async () => settings.get('token') ?? '',
});
