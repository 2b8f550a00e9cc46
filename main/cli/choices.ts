import { nearestNames } from '../../core/models/zoo.ts';
import { ApiError } from '../../core/protocol/api.ts';

/** The texts as members of `choices`; one that is none is bad input, answered with those near to it. */
export function parseChoices<Choice extends string>(
  what: string,
  texts: readonly string[],
  choices: readonly Choice[],
): Choice[] {
  return texts.map((text) => {
    const choice = choices.find((candidate) => candidate === text);
    if (choice === undefined) {
      throw new ApiError('badInput', `There is no ${what} '${text}'.`, hintFor(text, choices));
    }
    return choice;
  });
}

/** `Did you mean a or b?`, or all there is where nothing is near. */
export function hintFor(text: string, choices: readonly string[]): string {
  const near = nearestNames(text, choices);
  return near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `There is: ${choices.join(', ')}.`;
}
