// Tests that pass but for the answers of their hubs, one in their own process and one in another. They are run by the tests of
// the watch (watch-answers.test.ts), and each fails there.
import { after, test } from 'node:test';
import { freePort, send, startHub } from '../../hub/hub.ts';
import { tempFolder } from '../../hub/identity.ts';
import { seedData, serve } from '../../hub/served.ts';
import './wrong-me.ts';

test('a hub in the process of the test', async () => {
  await using hub = await startHub();
  await hub.request('GET', '/v1.0/me', { token: hub.token({ user: 'alice' }) });
});

test('a hub in a process of its own', async () => {
  const folder = tempFolder();
  after(folder.remove);
  const port = await freePort();
  const baseUrl = `http://127.0.0.1:${port}`;
  const token = await seedData(folder.path, baseUrl);
  const planted = { NODE_OPTIONS: `--import ${import.meta.resolve('./wrong-me.ts')}` };
  const { ready, process: child, ended } = serve(folder.path, ['--port', String(port)], planted);
  await ready;
  await send(`${baseUrl}/beta/me`, 'GET', { token });
  child.kill();
  await ended;
});
