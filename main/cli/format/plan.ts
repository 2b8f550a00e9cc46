/** What a run would measure. */
import { formatSeconds } from '../../../core/format/units.ts';
import type { RunPlan } from '../../../core/protocol/api.ts';

export function formatPlan({ cases, impossible, expectedSeconds, rounds, knownCases }: RunPlan): string {
  return [
    ...cases.map(({ provider, model, plan, dtype, batch, threads }) =>
      [
        provider,
        model,
        plan,
        dtype,
        `batch ${batch}`,
        `${threads} ${threads === 1 ? 'thread' : 'threads'}`,
      ].join('  '),
    ),
    ...impossible.map((sentence) => `not measured: ${sentence}`),
    '',
    `${cases.length} ${cases.length === 1 ? 'case' : 'cases'} in ${rounds} ${rounds === 1 ? 'round' : 'rounds'}, about ` +
      `${formatSeconds(expectedSeconds)}; ${knownCases === cases.length ? 'each was' : `${knownCases} of them were`} measured here before.`,
  ].join('\n');
}
