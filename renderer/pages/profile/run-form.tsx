/** The choice of what to measure, with what each choice means here. */
import { useDeferredValue } from 'react';
import { dataTypes, planKinds } from '../../../core/graph/plan.ts';
import type { ProviderRow, Settings } from '../../../core/protocol/api.ts';
import { type CacheState, cacheStates } from '../../../core/protocol/provider.ts';
import { useProviders, useSuites } from '../../api/queries.ts';
import { Loading } from '../../components/loading.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { terms } from '../../texts/terms.ts';
import { ModelPicker } from './model-picker.tsx';
import { PlanCard } from './plan-card.tsx';
import { ProviderChoice } from './provider-choice.tsx';
import {
  isSoftwareAdapter,
  offeredTypes,
  type RunChoice,
  requestOf,
  toggled,
  whatIsMissing,
} from './run-request.ts';
import type { BeginRun } from './start-run.ts';
import { profileTexts } from './texts.ts';

interface RunFormProps {
  readonly settings: Settings;
  readonly choice: RunChoice;
  readonly onChange: (choice: RunChoice) => void;
  readonly start: BeginRun;
}

export function RunForm({ settings, choice, onChange, start }: RunFormProps) {
  const words = profileTexts;
  const providers = useProviders(true);
  const { begin, isPending, error, reset } = start;
  const change = (part: Partial<RunChoice>) => onChange({ ...choice, ...part });
  const request = requestOf(choice);
  const planned = requestOf(useDeferredValue(choice));
  const rows = providers.data ?? [];
  const offered = offeredTypes(rows, choice.providers);
  // What is chosen and no longer offered can still be taken back.
  const types = dataTypes.filter((one) => offered.includes(one) || choice.dtypes.includes(one));
  return (
    <form
      className="run-form"
      aria-label={words.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (request !== undefined) begin(request);
      }}
    >
      <div className="run-form-choices">
        <WhatChoice choice={choice} change={change} />
        <fieldset className="card">
          <legend>{words.with}</legend>
          {providers.isError && <ErrorNotice error={providers.error} />}
          {providers.isPending && <Loading />}
          <ProviderList
            rows={rows}
            showSoftware={settings.softwareAdapters}
            chosen={choice.providers}
            onToggle={(name) => change({ providers: toggled(choice.providers, name) })}
          />
        </fieldset>
        <fieldset className="card how">
          <legend>{words.how}</legend>
          <div className="checks">
            <span>{terms.plan.name}</span>
            {planKinds.map((plan) => (
              <label key={plan} title={terms[plan].meaning}>
                <input
                  type="checkbox"
                  checked={choice.plans.includes(plan)}
                  onChange={() => change({ plans: toggled(choice.plans, plan) })}
                />
                {plan}
              </label>
            ))}
          </div>
          <div className="checks">
            <span>{words.dtypes}</span>
            {types.map((dtype) => (
              <label key={dtype}>
                <input
                  type="checkbox"
                  checked={choice.dtypes.includes(dtype)}
                  onChange={() => change({ dtypes: toggled(choice.dtypes, dtype) })}
                />
                {dtype}
              </label>
            ))}
          </div>
          <label>
            <span>{words.batches}</span>
            <input
              type="text"
              inputMode="numeric"
              value={choice.batches}
              title={words.batchesMeaning}
              onChange={({ target }) => change({ batches: target.value })}
            />
          </label>
          <label title={terms.cacheState.meaning}>
            <span>{terms.cacheState.name}</span>
            <select
              value={choice.cacheState}
              onChange={({ target }) => change({ cacheState: target.value as CacheState })}
            >
              {cacheStates.map((state) => (
                <option key={state} value={state}>
                  {state}
                </option>
              ))}
            </select>
          </label>
          <label>
            <span>{terms.threads.name}</span>
            <input
              type="number"
              min={1}
              max={9999}
              value={choice.threads}
              placeholder={words.allCores}
              onChange={({ target }) => change({ threads: target.value })}
            />
          </label>
        </fieldset>
      </div>
      <PlanCard request={providers.isPending ? undefined : planned} missing={whatIsMissing(choice)}>
        <button type="submit" className="primary" disabled={request === undefined || isPending}>
          {words.start}
        </button>
        {choice.providers.includes('webgpu-page') && <p className="quiet-text">{words.inBrowserMeaning}</p>}
        {error !== null && <ErrorNotice error={error} onDismiss={reset} />}
      </PlanCard>
    </form>
  );
}

interface PartProps {
  readonly choice: RunChoice;
  readonly change: (part: Partial<RunChoice>) => void;
}

function WhatChoice({ choice: { suite, models }, change }: PartProps) {
  const words = profileTexts;
  const suites = useSuites();
  const known = suites.data?.find(({ name }) => name === suite);
  return (
    <fieldset className="card">
      <legend>{words.what}</legend>
      <div className="checks">
        <label>
          <input
            type="radio"
            name="what"
            checked={models === null}
            onChange={() => change({ models: null })}
          />
          {words.aSuite}
        </label>
        <label>
          <input
            type="radio"
            name="what"
            checked={models !== null}
            onChange={() => change({ models: models ?? known?.models ?? [] })}
          />
          {words.ownModels}
        </label>
      </div>
      {suites.isError && <ErrorNotice error={suites.error} />}
      <label>
        <span>{models === null ? words.suite : words.budgetOf}</span>
        <select value={suite} onChange={({ target }) => change({ suite: target.value })}>
          {(suites.data ?? [{ name: suite }]).map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {models === null ? (
        known !== undefined && (
          <>
            <p>{known.description}</p>
            <p className="quiet-text">{known.models.join(', ')}</p>
          </>
        )
      ) : (
        <ModelPicker chosen={models} onChange={(next) => change({ models: next })} />
      )}
    </fieldset>
  );
}

interface ProviderListProps {
  readonly rows: readonly ProviderRow[];
  readonly showSoftware: boolean;
  readonly chosen: readonly ProviderRow['name'][];
  readonly onToggle: (name: ProviderRow['name']) => void;
}

function ProviderList({ rows, showSoftware, chosen, onToggle }: ProviderListProps) {
  const words = profileTexts;
  const shown = rows.filter((row) => showSoftware || chosen.includes(row.name) || !isSoftwareAdapter(row));
  const hidden = rows.length - shown.length;
  return (
    <>
      {shown.map((row) => (
        <ProviderChoice
          key={row.name}
          row={row}
          isChosen={chosen.includes(row.name)}
          onToggle={() => onToggle(row.name)}
        />
      ))}
      {hidden > 0 && <p className="quiet-text">{words.hidden(hidden)}</p>}
    </>
  );
}
