/** Some networks of the zoo. */
import { useState } from 'react';
import { familyStyle } from '../../../core/charts/family-style.ts';
import { useModels } from '../../api/queries.ts';
import { Loading } from '../../components/loading.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { layersTexts } from '../layers/texts.ts';
import { modelsTexts } from '../models/texts.ts';
import { toggled } from './run-request.ts';
import { profileTexts } from './texts.ts';

interface ModelPickerProps {
  readonly chosen: readonly string[];
  readonly onChange: (models: readonly string[]) => void;
}

export function ModelPicker({ chosen, onChange }: ModelPickerProps) {
  const words = profileTexts;
  const models = useModels();
  const [filter, setFilter] = useState('');
  const wanted = filter.toLowerCase();
  const shown = (models.data ?? []).filter(({ name, family }) =>
    `${name} ${familyStyle(family).title}`.toLowerCase().includes(wanted),
  );
  const names = shown.map(({ name }) => name);
  return (
    <div className="model-picker">
      {models.isError && <ErrorNotice error={models.error} />}
      {models.isPending && <Loading />}
      <div className="checks">
        <label>
          <span>{layersTexts.filter}</span>
          <input type="search" value={filter} onChange={({ target }) => setFilter(target.value)} />
        </label>
        <button
          type="button"
          disabled={models.data === undefined}
          onClick={() => onChange([...new Set([...chosen, ...names])])}
        >
          {words.allShown}
        </button>
        <button
          type="button"
          disabled={models.data === undefined}
          onClick={() => onChange(chosen.filter((name) => !names.includes(name)))}
        >
          {words.noneShown}
        </button>
      </div>
      <p className="quiet-text" aria-live="polite">
        {words.modelsChosen(chosen.length)}
      </p>
      {shown.length > 0 && (
        <div className="model-list">
          {shown.map(({ name }) => (
            <label key={name}>
              <input
                type="checkbox"
                checked={chosen.includes(name)}
                onChange={() => onChange(toggled(chosen, name))}
              />
              {name}
            </label>
          ))}
        </div>
      )}
      {models.data !== undefined && shown.length === 0 && <p>{modelsTexts.nothing(filter)}</p>}
    </div>
  );
}
