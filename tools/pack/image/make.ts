// The image of deploy/Dockerfile as an archive by the OCI's specification, for `skopeo copy`, `podman load` and registries.
// Buildah runs each step of the file; only the base image is another one (base.ts). No service of containers is needed.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Buildah } from '@carillon/testing/machine/containers/buildah.ts';
import {
  type Architecture,
  imageTimestamp,
  machine,
  makeBase,
  makeBuilderBase,
  platformNames,
} from './base.ts';
import { readStages, type Stage } from './stages.ts';

const root = resolve(import.meta.dirname, '..', '..', '..');
const dockerfile = join(root, 'deploy', 'Dockerfile');

export interface Images {
  readonly version: string;
  readonly architectures: readonly Architecture[];
  readonly outFolder: string;
  readonly work: string;
}

/** The files below `outFolder`. */
export function makeImages({ version, architectures, outFolder, work }: Images): string[] {
  const buildah = new Buildah(join(work, 'buildah'));
  try {
    const builder = new ImageBuilder(buildah, work);
    mkdirSync(join(outFolder, 'image'), { recursive: true });
    return architectures.map((architecture) => {
      const image = builder.build(architecture);
      const file = join('image', `carillon-${version}-linux-${platformNames[architecture]}.tar`);
      buildah.run('push', '--quiet', image, `oci-archive:${join(outFolder, file)}:carillon:${version}`);
      return file;
    });
  } finally {
    buildah.remove();
  }
}

export class ImageBuilder {
  readonly #buildah: Buildah;
  readonly #work: string;
  readonly #bases = new Map<Architecture, string>();
  /** What `--from` names, by the name of the stage. */
  readonly #contexts = new Map<string, string>();
  #builderBase: string | undefined;

  /** `given`: folders that stand for stages, by name. */
  constructor(buildah: Buildah, work: string, given: Readonly<Record<string, string>> = {}) {
    this.#buildah = buildah;
    this.#work = work;
    mkdirSync(work, { recursive: true });
    for (const [name, folder] of Object.entries(given)) this.#contexts.set(name, folder);
  }

  /** The name of the image in the storage. */
  build(architecture: Architecture): string {
    for (const stage of readStages(readFileSync(dockerfile, 'utf8'))) {
      const { name } = stage;
      if (name === null) return this.#buildStage(stage, architecture);
      if (this.#contexts.has(name)) continue;
      this.#contexts.set(name, `container-image://${this.#buildStage(stage, null)}`);
    }
    throw new Error('The last stage of the Dockerfile has a name: no stage is the image.');
  }

  /** `architecture`: null for a stage that runs programs on this machine. */
  #buildStage({ name, base, text }: Stage, architecture: Architecture | null): string {
    const platform = platformNames[architecture ?? machine];
    const tag = `localhost/carillon-${name ?? platform}`;
    const file = join(this.#work, `${name ?? 'image'}.Dockerfile`);
    writeFileSync(file, text);
    const contexts = new Map([
      ...[...this.#contexts].map(([from, place]) => [from, this.#placeFor(platform, place)] as const),
      [base, `container-image://${architecture ? this.#base(architecture) : this.#baseOfBuilder()}`],
    ]);
    this.#buildah.run(
      ...['build', '--isolation', 'chroot', '--layers=false', '--pull-never', '--timestamp', imageTimestamp],
      ...['--platform', `linux/${platform}`, '--file', file, '--ignorefile', `${dockerfile}.dockerignore`],
      ...[...contexts].flatMap(([from, place]) => ['--build-context', `${from}=${place}`]),
      ...(architecture ? [] : this.#npmVolumes()),
      ...['--tag', tag, root],
    );
    return tag;
  }

  /** Buildah copies only from images of the platform that it builds for: one of files alone may be called so. */
  #placeFor(platform: string, place: string): string {
    const image = /^container-image:\/\/(.*)/.exec(place)?.[1];
    if (image === undefined || platform === platformNames[machine]) return place;
    const relabelled = `${image}-${platform}`;
    const container = this.#buildah.run('from', '--pull-never', image);
    this.#buildah.run('config', '--arch', platform, container);
    this.#buildah.run('commit', '--quiet', '--rm', container, relabelled);
    return `container-image://${relabelled}`;
  }

  #base(architecture: Architecture): string {
    const made = this.#bases.get(architecture) ?? makeBase(this.#buildah, architecture, this.#work);
    this.#bases.set(architecture, made);
    return made;
  }

  #baseOfBuilder(): string {
    this.#builderBase ??= makeBuilderBase(this.#buildah, this.#base(machine), this.#work);
    return this.#builderBase;
  }

  /** npm's cache and registry of this machine, for steps that install. */
  #npmVolumes(): string[] {
    const of = (key: string): string =>
      execFileSync('npm', ['config', 'get', key], { cwd: root, encoding: 'utf8' }).trim();
    const settings = [`registry=${of('registry')}`, 'cache=/npm-cache', 'prefer-offline=true'];
    const authority = process.env.NODE_EXTRA_CA_CERTS;
    const volumes = [`${of('cache')}:/npm-cache`];
    if (authority) {
      settings.push('cafile=/npm-authority.pem');
      volumes.push(`${authority}:/npm-authority.pem:ro`);
    }
    const npmrc = join(this.#work, 'npmrc');
    writeFileSync(npmrc, `${settings.join('\n')}\n`);
    return [...volumes, `${npmrc}:/usr/local/etc/npmrc:ro`].flatMap((volume) => ['--volume', volume]);
  }
}
