// A worker in the shape of Microsoft's sample app: the SDK as one script, the token by a message, and what a push is about
// asked of the SDK before anything shows.
self.importScripts('./compat.js?classic&global=userNotificationsClient');
const { UserNotificationApiImpl, UserNotificationApiResultStatus } = self.userNotificationsClient;

UserNotificationApiImpl.baseUrl = new URL(self.location.href).searchParams.get('hub');
const api = new UserNotificationApiImpl(null);

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('message', ({ data, ports }) => {
  api.oAuthAccessToken = data.token;
  ports[0]?.postMessage('taken');
});
self.addEventListener('push', (event) => event.waitUntil(show(event.data.text())));

async function show(text) {
  const processed = await api.processPushNotificationAsync(text);
  if (!processed.isUserNotificationPush || processed.userNotifications.length === 0) return;
  const isRead = processed.status === UserNotificationApiResultStatus.Succeeded;
  const { rawContent, title, body } = processed.userNotifications[0].payload;
  await self.registration.showNotification(isRead ? (rawContent ?? title) : 'failed', { body: body ?? '' });
}
