/** What its owner says of a machine, edited in place: a field is stored when it is left or Enter is pressed; Escape takes back. */
import { useId, useState } from 'react';
import type { Machine } from '../../../core/protocol/machines.ts';
import { useChangeMachines } from '../../api/queries.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { machinesTexts } from './texts.ts';
import { fieldsOf, type TypedFields, typedPrice, updateOf } from './typed-update.ts';

interface OwnerCardProps {
  readonly machine: Machine;
  /** Where it has no price yet. */
  readonly currency: string;
}

export function OwnerCard({ machine, currency }: OwnerCardProps) {
  const words = machinesTexts.owner;
  const problem = useId();
  const { mutate, error, reset, isSuccess } = useChangeMachines();
  const [typed, setTyped] = useState<Partial<TypedFields>>({});
  const shown = { ...fieldsOf(machine, currency), ...typed };
  const isWrong = typedPrice(shown) === undefined;
  const save = () => {
    const update = updateOf(machine, shown);
    if (update === undefined) return;
    mutate((api) => api.call('machines.update', update), {
      // What was typed since, or is no price yet, stays.
      onSuccess: () => setTyped((now) => (now === typed && !isWrong ? {} : now)),
    });
  };
  const field = (name: keyof TypedFields) => ({
    value: shown[name],
    onChange: ({ target }: { readonly target: { readonly value: string } }) =>
      setTyped({ ...typed, [name]: target.value }),
  });
  const price = { 'aria-invalid': isWrong, 'aria-describedby': isWrong ? problem : undefined };
  return (
    <form
      className="card owner"
      aria-label={words.title}
      onBlur={save}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
      onKeyDown={({ key }) => key === 'Escape' && setTyped({})}
    >
      <h2>{words.title}</h2>
      <label>
        <span>{words.label}</span>
        <input type="text" maxLength={80} placeholder={machine.ownName} {...field('label')} />
      </label>
      <div className="owner-price">
        <label>
          <span>{words.price}</span>
          <input type="text" inputMode="decimal" {...price} {...field('amount')} />
        </label>
        <label>
          <span>{words.currency}</span>
          <input type="text" maxLength={3} {...price} {...field('currency')} />
        </label>
      </div>
      {isWrong && (
        <p id={problem} className="warning-text">
          {words.noPrice}
        </p>
      )}
      <label>
        <span>{words.notes}</span>
        <textarea rows={3} maxLength={10_000} {...field('notes')} />
      </label>
      {/* Enter is heard only where there is such a button, or one field. */}
      <button type="submit" hidden />
      <p className="quiet-text" role="status">
        {isSuccess && updateOf(machine, shown) === undefined ? words.kept : words.meaning}
      </p>
      {error !== null && <ErrorNotice error={error} onDismiss={reset} />}
    </form>
  );
}
