/** All models. A new one is added to the file of its family; a new family is one line here. */
import { convfirsts } from './convfirst.ts';
import { convnexts } from './convnext.ts';
import { efficientnets } from './efficientnet.ts';
import { efficientnetV2s } from './efficientnet-v2.ts';
import { mobilenetV2s } from './mobilenet-v2.ts';
import { mobilenetV3s } from './mobilenet-v3.ts';
import type { Model } from './model.ts';
import { regnets } from './regnet.ts';
import { resnets } from './resnet.ts';
import { vggs } from './vgg.ts';

export type { Model } from './model.ts';

export const models: readonly Model[] = [
  ...convfirsts,
  ...convnexts,
  ...efficientnets,
  ...efficientnetV2s,
  ...mobilenetV2s,
  ...mobilenetV3s,
  ...regnets,
  ...resnets,
  ...vggs,
];

const byName = new Map(models.map((model) => [model.name, model]));

export function findModel(name: string): Model | undefined {
  return byName.get(name);
}

/** The at most three names nearest to what was typed, nearest first; none that is hopelessly far. */
export function suggestModels(name: string): readonly string[] {
  return nearestNames(
    name,
    models.map((model) => model.name),
  );
}

/** The at most three candidates that begin so or lie within an edit distance of half the name's length, nearest first. */
export function nearestNames(name: string, candidates: readonly string[]): readonly string[] {
  const wanted = name.toLowerCase();
  return candidates
    .map((candidate) => ({ candidate, distance: editDistance(wanted, candidate) }))
    .filter(
      ({ candidate, distance }) =>
        distance <= Math.max(2, wanted.length / 2) || (wanted.length >= 3 && candidate.startsWith(wanted)),
    )
    .toSorted((a, b) => a.distance - b.distance || a.candidate.localeCompare(b.candidate))
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** Levenshtein: insertions, deletions and substitutions. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
