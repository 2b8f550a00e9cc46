interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly most: number;
  /** Digits, as they go into the address; undefined for what is no number from 1 to `most`. */
  readonly onChange: (value: string | undefined) => void;
}

export function NumberField({ label, value, most, onChange }: NumberFieldProps) {
  return (
    <label>
      <span>{label}</span>
      <input
        type="number"
        min={1}
        max={most}
        defaultValue={value}
        onChange={({ target }) => {
          const typed = target.valueAsNumber;
          onChange(Number.isInteger(typed) && typed >= 1 && typed <= most ? String(typed) : undefined);
        }}
      />
    </label>
  );
}
