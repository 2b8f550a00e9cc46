import { describe, expect, it } from 'vitest';
import { addressOfPage, formatViewState, parseViewState } from '../../../renderer/view-state.ts';

describe('the view in the address', () => {
  it('comes back as it was', () => {
    const state = { run: '3eq9', measurement: '3eq9-2', front: 'shown', sort: '-gap' } as const;
    expect(parseViewState(formatViewState(state))).toEqual(state);
    expect(formatViewState({})).toBe('');
  });

  it('takes no notice of what it does not know', () => {
    expect(parseViewState('#run=a&reference=maybe&colour=red')).toEqual({ run: 'a' });
  });

  it('reads only numbers that can be drawn', () => {
    expect(parseViewState('#group=32&batch=0&size=many&dtype=fp64')).toEqual({ group: '32' });
  });

  it('takes the run and the measurement along to another page, and leaves the rest', () => {
    const state = parseViewState('#page=layers&run=a&measurement=a-1&filter=stem&sort=-share');
    expect(addressOfPage(state, 'roofline')).toBe('#page=roofline&run=a&measurement=a-1');
  });
});
