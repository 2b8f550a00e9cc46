/**
 * Shapes of ONNX operators, and the values of those that come from constants alone. One file a family of operators; each rule is
 * ONNX's own (Operators.md of its repository), written for extents that are known.
 */
import { evaluateConstant } from '../constants/evaluate.ts';
import { arrangementRules } from './arrangement.ts';
import { elementwiseRules } from './elementwise.ts';
import { matrixRules } from './matrices.ts';
import { normalizationRules } from './normalization.ts';
import { reductionRules } from './reductions.ts';
import type { ShapeNode, ShapeRule, TensorInfo } from './shape-node.ts';
import { sourceRules } from './sources.ts';
import { windowRules } from './windows.ts';

const rules: ReadonlyMap<string, ShapeRule> = new Map([
  ...arrangementRules,
  ...elementwiseRules,
  ...matrixRules,
  ...normalizationRules,
  ...reductionRules,
  ...sourceRules,
  ...windowRules,
]);

/** Undefined for an operator that there is no rule for. Throws ImportRefused where the rule does not fit what the node reads. */
export function inferShapes(at: ShapeNode): readonly TensorInfo[] | undefined {
  const rule = at.node.domain === '' ? rules.get(at.type) : undefined;
  const results = rule?.(at);
  if (results === undefined) return undefined;
  return results.map((result, index) => ({ ...result, constant: evaluateConstant(at, result, index) }));
}
