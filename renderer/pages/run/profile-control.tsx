import type { RunProgress } from '../../../core/protocol/api.ts';
import { useSettings } from '../../api/queries.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { ActiveRun } from '../profile/active-run.tsx';
import { useBeginRun } from '../profile/start-run.ts';
import { profileTexts } from '../profile/texts.ts';

interface ProfileControlProps {
  readonly active: RunProgress | null;
  readonly isFirst: boolean;
}

/** The button that begins a run as the settings say, or how far the one is that is going on. */
export function ProfileControl({ active, isFirst }: ProfileControlProps) {
  const words = profileTexts;
  const settings = useSettings().data?.settings;
  const { begin, isPending, error, reset } = useBeginRun();
  if (active !== null) return <ActiveRun key={active.runId} progress={active} />;
  return (
    <div className="profile-control">
      <button
        type="button"
        className="primary"
        disabled={isPending || settings === undefined}
        onClick={() => settings && begin({ suite: settings.suite, providers: settings.providers })}
      >
        {isFirst ? words.start : words.again}
      </button>
      {error !== null && <ErrorNotice error={error} onDismiss={reset} />}
    </div>
  );
}
