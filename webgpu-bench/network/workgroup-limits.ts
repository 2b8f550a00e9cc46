/** What an adapter offers a workgroup. */
import type { MatrixUnits } from '../wgsl/subgroup-matrix.ts';

export interface WorkgroupLimits {
  readonly workgroupBytes: number;
  readonly invocations: number;
  /** Invocations can read each other's values in fours (the feature `subgroups`). */
  readonly quads: boolean;
  /** Undefined where the adapter has none. */
  readonly matrices?: MatrixUnits | undefined;
  /** A software adapter compiles long texts for half a minute: it gets tiles with short ones. */
  readonly shortTexts: boolean;
}
