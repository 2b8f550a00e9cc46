/** Whether a run ends with an A/A test, of what, and how long that takes. */
import { sameEnvironment, surroundingsOf } from '../../core/analysis/environment-differences.ts';
import type { ProviderDescription } from '../../core/protocol/provider.ts';
import type { Environment } from '../../core/protocol/run.ts';
import type { Store } from '../store/store.ts';
import type { ParsedRunRequest } from './cases.ts';

export function wantsNoiseTest({ noiseTest }: ParsedRunRequest): boolean {
  return noiseTest !== false && process.env.PLIMSOLL_NOISE_TEST !== 'off';
}

/** Those whose noise is not known in these surroundings. A page has no process that could be started anew, so it is never tested of itself. */
export function untestedOf(
  descriptions: readonly ProviderDescription[],
  environment: Environment,
  store: Store,
): ProviderDescription[] {
  const tests = store.noise.of(environment.machine.id);
  return descriptions.filter((description) => {
    if (description.provider === 'webgpu-page') return false;
    const here = surroundingsOf(environment, [{ description, calibration: null, reason: null }]);
    return !tests.some(
      ({ test, facts }) => test.provider === description.provider && sameEnvironment(facts, here),
    );
  });
}
