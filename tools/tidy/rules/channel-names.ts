// A push channel is known to the folders of channels and to the list of them: any other file of the hub asks descriptors,
// so that a new channel is a folder and a line. The folders themselves say which names there are.
import { isTest } from '../place.ts';
import type { Finding, TreeRule } from '../source.ts';

const hubSource = 'packages/hub/src/';
const folders = `${hubSource}push/channels/`;
const list = `${hubSource}hub/channels.ts`;

export const channelNames: TreeRule = (sources) => {
  const names = new Set(sources.flatMap(({ path }) => folderOf(path) ?? []));
  const patterns = [...names].map((name) => ({ name, pattern: patternOf(name) }));
  return sources
    .filter(({ path }) => path.startsWith(hubSource) && path !== list && !isTest(path) && !folderOf(path))
    .flatMap(({ path, text, lineAt }) =>
      patterns.flatMap(({ name, pattern }): Finding[] => {
        const found = pattern.exec(text);
        return found ? [{ path, line: lineAt(found.index), message: messageOf(name) }] : [];
      }),
    );
};

function folderOf(path: string): string | undefined {
  if (!path.startsWith(folders)) return undefined;
  const [folder, ...rest] = path.slice(folders.length).split('/');
  return rest.length > 0 ? folder : undefined;
}

/** A word of its own, or the beginning of one: `fcmRate`, `FCM`. Shares and numbers of platforms (`webPush=5`, `webPush: 3`) are none. */
function patternOf(name: string): RegExp {
  const capital = `${name[0]?.toUpperCase()}${name.slice(1)}`;
  const anyCase = [...name].map((letter) => `[${letter}${letter.toUpperCase()}]`).join('');
  return new RegExp(`(?<![A-Za-z])${anyCase}(?![a-z=]|: \\d)|${capital}(?![a-z])`);
}

function messageOf(name: string): string {
  return `names the push channel ${name}: ask its descriptor (push/channels/descriptor.ts), which says what a channel is made of`;
}
