export interface Reached {
  include_upstream: boolean;
  include_downstream: boolean;
  include_past: boolean;
  include_future: boolean;
}

export const ONLY_THIS: Reached = { include_upstream: false, include_downstream: false, include_past: false, include_future: false };

const WORDS: [keyof Reached, string][] = [
  ['include_upstream', 'upstream: what it comes from'],
  ['include_downstream', 'downstream: what follows from it'],
  ['include_past', 'past: in earlier runs too'],
  ['include_future', 'future: in later runs too'],
];

/** How far an act on a task reaches. */
export function Reach({ value, onChange }: { value: Reached; onChange: (value: Reached) => void }) {
  return (
    <fieldset>
      <legend>With</legend>
      {WORDS.map(([name, word]) => (
        <Check key={name} label={word} checked={value[name]} onChange={(checked) => onChange({ ...value, [name]: checked })} />
      ))}
    </fieldset>
  );
}

export function Check({ label, checked, onChange }: { label: string; checked: boolean; onChange: (checked: boolean) => void }) {
  return (
    <label className="check">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} /> {label}
    </label>
  );
}
