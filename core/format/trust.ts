import type { MeasurementSummary } from '../protocol/run.ts';

/** Whether a figure's result was checked, and whether that proves something: in one word for a table. */
export function formatVerified({ verified, trust }: Pick<MeasurementSummary, 'verified' | 'trust'>): string {
  if (!verified) return 'NO';
  return trust === 'mistrusted' ? 'MISTRUSTED' : 'yes';
}
