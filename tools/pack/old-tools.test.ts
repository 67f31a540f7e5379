// Microsoft's web sample as it was built, with webpack 4, ts-loader 6 and TypeScript 3.9, over the published compat surface; and
// the same source by TypeScript 5.4. The tools come from the npm registry, into a folder outside the repository.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { createContext, Script } from 'node:vm';
import { Installed } from './installed.ts';
import type { Packed } from './pack.ts';
import { packOnce } from './pack-once.ts';

const run = promisify(execFile);
const tools = [
  'webpack@4.47.0',
  'ts-loader@6.2.2',
  'typescript@3.9.10',
  'typescript-5.4@npm:typescript@5.4.5',
];

/** In the sample's shape: a variable that begins as `None`, a subscription, what a push is about. */
const source = `
import { UserNotificationApiImpl, UserNotificationUserActionState, UserNotificationSubscriptionResult } from '@carillon/client/compat';

UserNotificationApiImpl.baseUrl = 'https://hub.example';
const api = new UserNotificationApiImpl('token');
export async function subscribe(push: PushSubscription): Promise<UserNotificationSubscriptionResult> {
  return await api.subscribeToUserNotificationsAsync('a.example', 'webpush sample app', push);
}
export async function act(id: string, number: number) {
  let state = UserNotificationUserActionState.None;
  if (number === 1) state = UserNotificationUserActionState.Activated;
  const processed = await api.processPushNotificationAsync('{}');
  const [first] = processed.userNotifications;
  const title: string | null = first ? first.payload.title : null;
  return [title, await api.updateNotificationUserActionStateAsync(id, state)];
}
export const made = api.oAuthAccessToken;
`;

const settings = {
  compilerOptions: {
    ...{ target: 'es5', module: 'commonjs', moduleResolution: 'node', strict: true, types: [] },
    lib: ['es2015', 'es2015.promise', 'dom'],
  },
  files: ['./register.ts'],
};

const config = `
const path = require('path');
module.exports = {
  mode: 'production', entry: './register.ts', target: 'web',
  module: { rules: [{ test: /[.]ts$/, use: 'ts-loader', exclude: /node_modules/ }] },
  resolve: { extensions: ['.ts', '.js'] },
  output: { path: path.join(__dirname, 'out'), filename: 'bundle.js', library: 'bundle', libraryTarget: 'umd', globalObject: 'this' },
};
`;

const bundle = `
require('webpack')(require('./webpack.config.js'), (error, stats) => {
  if (error || stats.hasErrors()) throw error || new Error(stats.toString({ all: false, errors: true }));
});
`;

describe('with tools of the years of Microsoft Graph notifications', () => {
  const installed = new Installed();
  before(async () => {
    const packed = await packOnce();
    const tarballs = ['@carillon/client', '@carillon/protocol'].map(
      (name) => (packed.find((each) => each.name === name) as Packed).tarball,
    );
    await installed.install([...tarballs, ...tools]);
    installed.write('package.json', JSON.stringify({ private: true }));
    installed.write('register.ts', source);
    installed.write('tsconfig.json', JSON.stringify(settings));
    installed.write('webpack.config.js', config);
    installed.write('bundle.js', bundle);
  });
  after(() => installed.remove());
  const node = (...args: string[]) =>
    run(process.execPath, args, { cwd: installed.folder }).catch(
      ({ stdout, stderr }: { stdout: string; stderr: string }) => assert.fail(`${stdout}\n${stderr}`),
    );

  test('webpack 4 bundles the compat surface with TypeScript 3.9', async () => {
    await node('bundle.js');
    const text = readFileSync(join(installed.folder, 'out', 'bundle.js'), 'utf8');
    const scope = createContext({});
    new Script(text).runInContext(scope);
    assert.equal(scope.bundle.made, 'token');
  });

  for (const compiler of ['typescript', 'typescript-5.4'])
    test(`${compiler} resolves and checks it with moduleResolution node`, async () => {
      await node(join('node_modules', compiler, 'bin', 'tsc'), '--noEmit', '-p', '.');
    });
});
