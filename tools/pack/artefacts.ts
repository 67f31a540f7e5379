// dist/manifest.json: each artefact of a release with its kind, its file and the file's SHA-256, so that whoever publishes or
// deploys one can compare what arrived.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

type ArtefactKind = 'npm' | 'executable' | 'deb' | 'chart' | 'image' | 'sbom';

export interface Artefact {
  readonly kind: ArtefactKind;
  /** Below the folder of the manifest. */
  readonly file: string;
}

export function writeManifest(folder: string, version: string, artefacts: readonly Artefact[]): void {
  const listed = artefacts.map(({ kind, file }) => ({ kind, file, sha256: sha256Of(join(folder, file)) }));
  const manifest = { version, artefacts: listed };
  writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

function sha256Of(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
