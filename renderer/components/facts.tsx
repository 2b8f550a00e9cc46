import type { Fact } from '../../core/format/machine.ts';
import { sharedTexts } from '../texts/shared.ts';

export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        // Two GPUs have the same name of fact, so the value is part of the key.
        <div key={`${name} ${value}`}>
          <dt>{name}</dt>
          <dd className={value === sharedTexts.unknown ? 'unknown' : undefined}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
