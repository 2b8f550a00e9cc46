/**
 * From operators as a file has them to those that can be executed: what an inference engine folds away is folded here, and what
 * exporters write as several nodes becomes one operator again. One file a family of rules. Whatever is left over is refused by its name.
 */
import { type Draft, isFragment, type WholeDraft } from '../draft.ts';
import { ImportRefused } from '../refusal.ts';
import { clipToActivation, mergeClips, selfGate } from './activations.ts';
import { dropIdentity, foldBackward, foldForward, makeScale, mergeAlike, mergeAll } from './affine.ts';
import { foldBorder } from './borders.ts';
import { foldSlice, joinOnce } from './channels.ts';
import { layerNorm } from './norms.ts';
import { applyRules, orderOf, type Rule } from './rewrite.ts';
import { squeezeExcite } from './squeeze-excite.ts';

/** First what activations and norms are made of: a number that is a part of one must not disappear in a layer. */
const recognition: readonly (readonly Rule[])[] = [
  [dropIdentity, mergeAlike, mergeClips],
  [clipToActivation],
  [selfGate, layerNorm],
];
const folding: readonly (readonly Rule[])[] = [
  [dropIdentity, mergeAll],
  [foldBackward],
  [foldBorder],
  [squeezeExcite],
  [foldSlice],
  [foldForward],
];

/** What the result depends on, in the order in which it is executed. Throws ImportRefused for a part of nothing. */
export function foldNetwork(result: Draft): WholeDraft[] {
  const recognised = applyRules(result, recognition);
  const folded = applyRules(recognised, folding);
  const order = orderOf(applyRules(folded, [[makeScale], [joinOnce()]]));
  const fragment = order.find(isFragment);
  if (fragment !== undefined) throw refusalOf(fragment);
  if (order[0]?.operator.kind !== 'input')
    throw new ImportRefused('Its result does not come from its image.');
  return order as WholeDraft[];
}

function refusalOf({ operator, type, name, inputs }: Draft): ImportRefused {
  const where = `${type} (node ${name})`;
  switch (operator.kind) {
    case 'clip':
      return new ImportRefused(
        `${where} clips to ${operator.low} and ${operator.high}, and only ReLU, ReLU6 and hard sigmoids can be executed.`,
        'docs/networks.md says what can be imported.',
      );
    case 'gate':
    case 'product':
      return new ImportRefused(
        `${where} multiplies two maps in a way that is no activation and no squeeze-and-excite.`,
        'docs/networks.md says what can be imported.',
      );
    case 'slice':
      return new ImportRefused(
        `${where} takes a part of the channels that ${inputs[0]?.type ?? 'another node'} (node ${inputs[0]?.name}) makes, and they are needed as a whole, too.`,
        'docs/networks.md says what can be imported.',
      );
    default:
      return new ImportRefused(
        `Plimsoll has no ${type} that stands by itself (node ${name}).`,
        'It is known as a part of GELU, hard-swish, layer norm or a padded convolution only.',
      );
  }
}
