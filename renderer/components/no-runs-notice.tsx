import { texts } from '../texts.ts';
import { goToPage } from '../view-state.ts';
import { Notice } from './notice.tsx';

/** In the place of what a page would show of runs, while there are none; leads to where one is made. */
export function NoRunsNotice() {
  return (
    <Notice title={texts.runs.empty.title}>
      <p>{texts.runs.empty.text}</p>
      <button type="button" className="primary" onClick={() => goToPage('profile')}>
        {texts.runs.empty.toProfile}
      </button>
    </Notice>
  );
}
