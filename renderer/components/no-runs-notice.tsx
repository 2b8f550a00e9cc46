import { runTexts } from '../texts/runs.ts';
import { goToPage } from '../view-state.ts';
import { Notice } from './notice.tsx';

/** In the place of what a page would show of runs, while there are none; leads to where one is made. */
export function NoRunsNotice() {
  return (
    <Notice title={runTexts.empty.title}>
      <p>{runTexts.empty.text}</p>
      <button type="button" className="primary" onClick={() => goToPage('profile')}>
        {runTexts.empty.toProfile}
      </button>
    </Notice>
  );
}
