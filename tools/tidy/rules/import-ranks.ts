// The layering of the hub: imports in packages/hub/src go to a lower rank or stay in their place, and only the
// composition root knows concrete back ends. The ranks themselves are a table, in tools/tidy/ranks.ts.
import { posix } from 'node:path';
import { isTest } from '../place.ts';
import { type BackEnd, backEndCeiling, backEnds, compositionRoot, ranks } from '../ranks.ts';
import type { Finding, Import, Source } from '../source.ts';

const hubSource = 'packages/hub/src/';

type Place =
  | { readonly kind: 'rank'; readonly name: string; readonly rank: number }
  | { readonly kind: 'backEnd'; readonly name: string; readonly backEnd: BackEnd };

export function importRanks(source: Source): Finding[] {
  if (!source.path.startsWith(hubSource) || isTest(source.path)) return [];
  const file = source.path.slice(hubSource.length);
  const from = placeOf(file);
  if (!from) return [{ path: source.path, line: 1, message: `has no rank: ${giveRank}` }];
  return source.imports.flatMap((imported) => {
    const message = judge(file, from, imported);
    return message ? [{ path: source.path, line: imported.line, message }] : [];
  });
}

const giveRank = 'put it into a folder that has one, or give it one in tools/tidy/ranks.ts';

/** What is wrong with one import, if anything. */
function judge(file: string, from: Place, { specifier }: Import): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const target = posix.join(posix.dirname(file), specifier);
  if (target.startsWith('..')) return `imports ${specifier}: import another package by its name`;
  const to = placeOf(target);
  if (!to) return `imports ${target}, which has no rank: ${giveRank}`;
  if (to.kind === 'backEnd') {
    if (from.name === to.name || file.startsWith(compositionRoot)) return undefined;
    return `imports ${target}: only ${compositionRoot} may import a concrete back end; depend on its contract`;
  }
  if (from.name === to.name) return undefined;
  if (from.kind === 'backEnd') {
    if (to.rank <= ceiling() || from.backEnd.contract.some((place) => isIn(target, place))) return undefined;
    const allowed = [...placesUpTo(ceiling() + 1), ...from.backEnd.contract].join(', ');
    return `imports ${target}: the back end ${from.name} may import only ${allowed}`;
  }
  if (to.rank < from.rank) return undefined;
  const allowed = placesUpTo(from.rank).join(', ') || 'nothing but packages';
  const why = to.rank === from.rank ? 'is of the same rank' : 'ranks above';
  return `imports ${target}: ${to.name} ${why}; ${from.name} may import only ${allowed}; hand it in from ${compositionRoot}, or move what both need down`;
}

function placeOf(file: string): Place | undefined {
  for (const backEnd of backEnds) {
    const name = folderOf(file, backEnd.folder);
    if (name !== undefined) return { kind: 'backEnd', name, backEnd };
  }
  for (const [rank, places] of ranks.entries()) {
    const name = places.find((place) => isIn(file, place));
    if (name) return { kind: 'rank', name, rank };
  }
  return undefined;
}

/** The folder that holds the file: the one that is named, or the one that stands for its `*`. */
function folderOf(file: string, folder: string): string | undefined {
  const parent = folder.replace(/\*\/$/, '');
  if (!file.startsWith(parent)) return undefined;
  if (parent === folder) return folder;
  const [inner, ...rest] = file.slice(parent.length).split('/');
  return rest.length > 0 ? `${parent}${inner}/` : undefined;
}

function isIn(file: string, place: string): boolean {
  if (place.endsWith('/')) return file.startsWith(place);
  if (place.endsWith('/*.ts')) return posix.dirname(file) === posix.dirname(place);
  return file === place;
}

function ceiling(): number {
  return ranks.findIndex((places) => places.includes(backEndCeiling));
}

function placesUpTo(rank: number): string[] {
  return ranks.slice(0, rank).flat();
}
