import { describe, expect, it } from 'vitest';
import { formatViewState, parseViewState } from '../../../renderer/view-state.ts';

describe('the view in the address', () => {
  it('comes back as it was', () => {
    const state = { run: '3eq9', measurement: '3eq9-2', reference: 'shown', sort: '-gap' } as const;
    expect(parseViewState(formatViewState(state))).toEqual(state);
    expect(formatViewState({})).toBe('');
  });

  it('takes no notice of what it does not know', () => {
    expect(parseViewState('#run=a&reference=maybe&colour=red')).toEqual({ run: 'a' });
  });
});
