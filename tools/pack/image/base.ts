// What stands for the image `node` of the Dockerfile, since no registry is asked: Debian's own packages that Node and a shell
// need, and the Node of this repository. The architecture may be another one than the machine's, as nothing of it runs.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Buildah, unpackDebian } from '@carillon/testing/machine/containers/buildah.ts';

export type Architecture = 'x64' | 'arm64';

export const machine: Architecture = process.arch === 'arm64' ? 'arm64' : 'x64';

/** Docker's and Debian's names of what Node calls so. */
export const platformNames: Readonly<Record<Architecture, string>> = { x64: 'amd64', arm64: 'arm64' };

/** `sh`, `env` and the usual commands, for who looks into a container. */
const packages = ['base-files', 'libc6', 'libgcc-s1', 'libstdc++6', 'dash', 'coreutils', 'findutils'];

const files: Readonly<Record<string, string>> = {
  'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000::/tmp:/bin/sh\n',
  'etc/group': 'root:x:0:\nnode:x:1000:\n',
};

const baseText = `FROM scratch
ADD debian.tar /
COPY files /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
CMD ["node"]
`;

/** The time of everything in an image, so that the same sources give the same image. */
export const imageTimestamp = '315532800';

/** The name of the image in the storage. */
export function makeBase(buildah: Buildah, architecture: Architecture, work: string): string {
  const platform = platformNames[architecture];
  const context = join(work, `base-${platform}`);
  const place = (path: string): string => {
    const target = join(context, 'files', path);
    mkdirSync(dirname(target), { recursive: true });
    return target;
  };
  for (const [path, text] of Object.entries(files)) writeFileSync(place(path), text);
  placeNode(place('usr/local/bin/node'), architecture, work);
  unpackDebian(join(context, 'debian.tar'), platform, packages);
  return buildOne(buildah, { name: `base-${platform}`, text: baseText, context, platform });
}

/** The same with npm, for the stages that run on this machine. */
export function makeBuilderBase(buildah: Buildah, base: string, work: string): string {
  const context = join(work, 'base-builder');
  const npm = join(execFileSync('npm', ['root', '--global'], { encoding: 'utf8' }).trim(), 'npm');
  cpSync(npm, join(context, 'npm'), { recursive: true, dereference: true });
  writeFileSync(join(context, 'run'), '#!/bin/sh\nexec node /usr/local/lib/npm/bin/npm-cli.js "$@"\n');
  chmodSync(join(context, 'run'), 0o755);
  const text = `FROM ${base}\nCOPY npm /usr/local/lib/npm\nCOPY run /usr/local/bin/npm\n`;
  return buildOne(buildah, { name: 'base-builder', text, context, platform: platformNames[machine] });
}

function buildOne(
  buildah: Buildah,
  build: {
    readonly name: string;
    readonly text: string;
    readonly context: string;
    readonly platform: string;
  },
): string {
  const { name, text, context, platform } = build;
  const tag = `localhost/${name}`;
  writeFileSync(join(context, 'Dockerfile'), text);
  const options = [
    '--platform',
    `linux/${platform}`,
    '--timestamp',
    imageTimestamp,
    '--pull-never',
    '--layers=false',
  ];
  buildah.run('build', ...options, '--tag', tag, context);
  rmSync(context, { recursive: true });
  return tag;
}

/** Of the npm package of that architecture, in the version that runs this. */
function placeNode(target: string, architecture: Architecture, work: string): void {
  if (architecture === process.arch) {
    copyFileSync(process.execPath, target);
  } else {
    const folder = join(work, `node-${architecture}`);
    mkdirSync(folder, { recursive: true });
    const name = `node-linux-${architecture}@${process.versions.node}`;
    const pack = ['pack', name, '--pack-destination', folder, '--prefer-offline', '--silent'];
    const file = execFileSync('npm', pack, { encoding: 'utf8' }).trim();
    execFileSync('tar', ['-xf', join(folder, file), '-C', folder, 'package/bin/node']);
    copyFileSync(join(folder, 'package', 'bin', 'node'), target);
  }
  chmodSync(target, 0o755);
}
