// A page with an open feed, which closes what its worker has shown as soon as it is handled on any device.
import { connectHub } from '../../src/index.ts';
import { closeWhatIsHandled } from '../../src/web-push/web-push.ts';

const settings = new URL(location.href).searchParams;
const hub = connectHub({
  baseUrl: settings.get('hub') ?? '',
  token: async () => settings.get('token') ?? '',
});
const feed = hub.feed();
closeWhatIsHandled(feed, await navigator.serviceWorker.ready);

const live = { phase: () => feed.status.phase };
export type LiveControls = typeof live;
Object.assign(globalThis, { live });
