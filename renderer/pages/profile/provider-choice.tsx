import { useId } from 'react';
import { formatProvider } from '../../../core/format/provider.ts';
import type { ProviderRow } from '../../../core/protocol/api.ts';
import type { ProviderDescription } from '../../../core/protocol/provider.ts';
import { profileTexts } from './texts.ts';

interface ProviderChoiceProps {
  readonly row: ProviderRow;
  readonly isChosen: boolean;
  readonly onToggle: () => void;
}

/** One that cannot be had can only be taken back. */
export function ProviderChoice({ row, isChosen, onToggle }: ProviderChoiceProps) {
  const { name, description, reason, available } = row;
  const meaning = useId();
  return (
    <div className="provider-choice">
      <label>
        <input
          type="checkbox"
          checked={isChosen}
          disabled={!available && !isChosen}
          aria-describedby={meaning}
          onChange={onToggle}
        />
        <strong>{formatProvider(name)}</strong>
      </label>
      <div id={meaning} className="quiet-text">
        <p>{profileTexts.providers[name]}</p>
        {description !== null && description.devices.length > 0 && <p>{abilitiesOf(description)}</p>}
        {reason !== null && <p className={available ? undefined : 'warning-text'}>{reason}</p>}
      </div>
    </div>
  );
}

function abilitiesOf({ devices, dataTypes, plans, fusableBlocks }: ProviderDescription): string {
  const words = profileTexts;
  const [device] = devices;
  return [
    device === undefined ? '' : words.device(device.name, device.software && device.kind === 'gpu'),
    dataTypes.join(', '),
    plans.join(', '),
    ...(fusableBlocks.length > 0 ? [words.fuses(fusableBlocks.join(', '))] : []),
  ].join(' · ');
}
