/** A button for what cannot be taken back: it first says what will be gone, and the keyboard then stands on the way out. */
import { useEffect, useId, useRef, useState } from 'react';

interface ConfirmButtonProps {
  readonly label: string;
  readonly question: string;
  readonly yes: string;
  readonly no: string;
  readonly disabled?: boolean;
  readonly className?: string;
  readonly onConfirm: () => void;
}

export function ConfirmButton({
  label,
  question,
  yes,
  no,
  disabled,
  className,
  onConfirm,
}: ConfirmButtonProps) {
  const [asking, setAsking] = useState(false);
  const asked = useRef(false);
  const opener = useRef<HTMLButtonElement>(null);
  const wayOut = useRef<HTMLButtonElement>(null);
  const text = useId();
  useEffect(() => {
    if (asking) wayOut.current?.focus();
    else if (asked.current) opener.current?.focus();
    asked.current = asking;
  }, [asking]);
  if (!asking) {
    return (
      <button
        ref={opener}
        type="button"
        className={className}
        disabled={disabled}
        onClick={() => setAsking(true)}
      >
        {label}
      </button>
    );
  }
  return (
    <fieldset
      className="ask"
      aria-labelledby={text}
      onKeyDown={({ key }) => key === 'Escape' && setAsking(false)}
    >
      <p id={text} className="ask-question">
        {question}
      </p>
      <button
        type="button"
        className="danger"
        onClick={() => {
          setAsking(false);
          onConfirm();
        }}
      >
        {yes}
      </button>
      <button ref={wayOut} type="button" onClick={() => setAsking(false)}>
        {no}
      </button>
    </fieldset>
  );
}
