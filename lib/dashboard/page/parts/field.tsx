/** Fields of forms, each with its label. */
import { useId } from 'preact/hooks';

const TYPES = {
  text: { type: 'text' },
  search: { type: 'search' },
  number: { type: 'number', min: 1 },
  'datetime-local': { type: 'datetime-local' },
} as const;

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly hint?: string;
  readonly required?: boolean;
  readonly placeholder?: string;
  readonly type?: keyof typeof TYPES;
  readonly mono?: boolean;
}

export function Field({ label, value, onInput, hint, type = 'text', mono = false, ...given }: FieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        {...TYPES[type]}
        class={mono ? 'mono' : ''}
        value={value}
        aria-describedby={hint ? `${id}-hint` : undefined}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => onInput(event.currentTarget.value)}
        {...given}
      />
      {hint && (
        <small id={`${id}-hint`} class="hint">
          {hint}
        </small>
      )}
    </div>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (string | readonly [value: string, label: string])[];
  readonly onChange: (value: string) => void;
}

/** What is chosen is among the options, though it is none of those that are there, or not yet. */
export function Choice({ label, value, options: known, onChange }: ChoiceProps) {
  const id = useId();
  const isKnown = known.some((option) => (typeof option === 'string' ? option : option[0]) === value);
  const options = isKnown || value === '' ? known : [...known, value];
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map((option) => {
          const [key, text] = typeof option === 'string' ? [option, option] : option;
          return (
            <option key={key} value={key} selected={key === value}>
              {text}
            </option>
          );
        })}
      </select>
    </div>
  );
}

interface TextProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly hint?: string;
  readonly rows?: number;
  readonly problem?: string | undefined;
}

/** For JSON. */
export function TextField({ label, value, onInput, hint, rows = 8, problem }: TextProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <textarea
        id={id}
        class="mono"
        rows={rows}
        value={value}
        spellcheck={false}
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-hint`}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      <small id={`${id}-hint`} class={problem === undefined ? 'hint' : 'hint wrong'}>
        {problem ?? hint}
      </small>
    </div>
  );
}

interface CheckProps {
  readonly label: string;
  readonly value: boolean;
  readonly onChange: (value: boolean) => void;
}

export function Check({ label, value, onChange }: CheckProps) {
  return (
    <label class="check">
      <input type="checkbox" checked={value} onChange={(event) => onChange(event.currentTarget.checked)} />
      {label}
    </label>
  );
}
