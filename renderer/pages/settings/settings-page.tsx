/** What the program does unasked, where it keeps what it measured, and how all of that is thrown away. */
import { leastChange } from '../../../core/analysis/noise-floor.ts';
import { formatProvider } from '../../../core/format/provider.ts';
import { providerNames, type Settings } from '../../../core/protocol/api.ts';
import {
  useActiveRun,
  useChangeSettings,
  useDeleteAllRuns,
  useNoise,
  useRuns,
  useSettings,
  useSuites,
} from '../../api/queries.ts';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { askForFiles } from '../../components/import-desk.tsx';
import { Loading } from '../../components/loading.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { importTexts } from '../../texts/imports.ts';
import { pageNames } from '../../texts/page-names.ts';
import { runTexts } from '../../texts/runs.ts';
import { setTheme, type ThemeChoice, themeChoices } from '../../theme.ts';
import { toggled } from '../profile/run-request.ts';
import { profileTexts } from '../profile/texts.ts';
import { settingsTexts } from './texts.ts';

export function SettingsPage() {
  const words = settingsTexts;
  const stored = useSettings();
  const { change, error, reset } = useChangeSettings();
  return (
    <>
      <PageHead title={pageNames.settings} sentence={words.sentence} />
      {stored.isError && <ErrorNotice error={stored.error} />}
      {error !== null && <ErrorNotice error={error} onDismiss={reset} />}
      {stored.isPending && <Loading />}
      {stored.data !== undefined && (
        <>
          {stored.data.problem !== null && (
            <Notice title={words.problem} tone="warning">
              <p>{stored.data.problem}</p>
            </Notice>
          )}
          <div className="columns">
            <Appearance theme={stored.data.settings.theme} />
            <Profiling settings={stored.data.settings} onChange={change} />
          </div>
          <div className="columns">
            <Noise />
            <Data folder={stored.data.dataFolder} />
          </div>
        </>
      )}
    </>
  );
}

function Appearance({ theme }: { theme: ThemeChoice }) {
  const words = settingsTexts;
  return (
    <fieldset className="card">
      <legend>{words.theme}</legend>
      <div className="checks">
        {themeChoices.map((choice) => (
          <label key={choice}>
            <input type="radio" name="theme" checked={choice === theme} onChange={() => setTheme(choice)} />
            {words.themes[choice]}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

interface ProfilingProps {
  readonly settings: Settings;
  readonly onChange: (change: Partial<Settings>) => void;
}

function Profiling({ settings: { suite, providers, softwareAdapters }, onChange }: ProfilingProps) {
  const words = settingsTexts;
  const suites = useSuites();
  return (
    <fieldset className="card">
      <legend>{words.profiling}</legend>
      <p className="quiet-text">{words.profilingMeaning}</p>
      {suites.isError && <ErrorNotice error={suites.error} />}
      <label>
        <span>{profileTexts.suite}</span>
        <select value={suite} onChange={({ target }) => onChange({ suite: target.value })}>
          {(suites.data ?? [{ name: suite }]).map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <div className="checks">
        <span>{profileTexts.with}</span>
        {providerNames.map((name) => (
          <label key={name}>
            <input
              type="checkbox"
              checked={providers.includes(name)}
              // One must stay.
              disabled={providers.length === 1 && providers[0] === name}
              onChange={() => onChange({ providers: [...toggled(providers, name)] })}
            />
            {formatProvider(name)}
          </label>
        ))}
      </div>
      <label>
        <input
          type="checkbox"
          checked={softwareAdapters}
          onChange={() => onChange({ softwareAdapters: !softwareAdapters })}
        />
        {words.softwareAdapters}
      </label>
    </fieldset>
  );
}

/** Part of the method, and no setting: this machine's own. */
function Noise() {
  const words = settingsTexts;
  const noise = useNoise();
  const here = noise.data?.filter(({ thisMachine }) => thisMachine) ?? [];
  return (
    <section className="card" aria-label={words.figures}>
      <h2>{words.figures}</h2>
      {noise.isError && <ErrorNotice error={noise.error} />}
      {noise.data !== undefined && here.length === 0 && <p>{words.noNoise}</p>}
      {here.map(({ provider, threshold }) => (
        <p key={provider}>{words.own(formatProvider(provider), (100 * threshold).toFixed(1))}</p>
      ))}
      <p className="quiet-text">{words.noise((100 * leastChange).toFixed(0))}</p>
    </section>
  );
}

function Data({ folder }: { folder: string }) {
  const words = settingsTexts;
  const runs = useRuns();
  const active = useActiveRun();
  const remove = useDeleteAllRuns();
  const count = runs.data?.length ?? 0;
  return (
    <section className="card stack" aria-label={words.data}>
      <h2>{words.data}</h2>
      <p>{words.folder}</p>
      <p>
        <code>{folder}</code>
      </p>
      <p>{words.stored(count)}</p>
      {runs.isError && <ErrorNotice error={runs.error} />}
      {remove.isError && <ErrorNotice error={remove.error} onDismiss={remove.reset} />}
      {remove.isSuccess && <p role="status">{words.deleted(remove.data.deleted)}</p>}
      <div className="buttons">
        <button type="button" onClick={askForFiles}>
          {importTexts.choose}
        </button>
        <ConfirmButton
          label={words.deleteAll}
          question={words.deleteReally(count)}
          yes={words.deleteAllForGood}
          no={runTexts.keep}
          className="danger"
          disabled={count === 0 || active.data != null || remove.isPending}
          onConfirm={() => remove.mutate()}
        />
      </div>
    </section>
  );
}
