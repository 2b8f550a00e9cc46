import { describe, expect, it } from 'vitest';
import { machineFacts } from '../../../core/format/machine.ts';
import { sampleRun } from '../../fixtures/api/sample-run.ts';

describe('machine', () => {
  const facts = machineFacts(sampleRun.environment);

  it('calls what could not be found out unknown', () => {
    expect(facts).toContainEqual(['clock', 'unknown']);
    expect(facts).toContainEqual(['power', 'unknown']);
  });

  it('shows a software adapter as what it is', () => {
    expect(facts).toContainEqual(['GPU', 'llvmpipe, driver unknown, software adapter: runs on the CPU']);
  });

  it('says that fewer cores may be used than there are', () => {
    expect(facts).toContainEqual(['cores', '2 cores, 4 threads, 2 usable here']);
  });
});
