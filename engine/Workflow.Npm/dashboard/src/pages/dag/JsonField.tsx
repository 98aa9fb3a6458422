import { useState } from 'react';

interface Props {
  conf: Record<string, unknown>;
  problems: Record<string, string>;
  onChange: (conf: Record<string, unknown>) => void;
}

/** All parameters as one JSON object. */
export function JsonField({ conf, problems, onChange }: Props) {
  const [text, setText] = useState(() => JSON.stringify(conf, null, 2));
  const [broken, setBroken] = useState<string>();

  const change = (next: string) => {
    setText(next);
    try {
      const value: unknown = JSON.parse(next);
      if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new Error('Expected an object: {"name": value}');
      setBroken(undefined);
      onChange(value as Record<string, unknown>);
    } catch (error) {
      setBroken((error as Error).message);
    }
  };

  return (
    <label className="field">
      <span className="field-name">Parameters as JSON</span>
      <textarea
        className="mono"
        rows={10}
        spellCheck={false}
        value={text}
        aria-invalid={broken !== undefined}
        onChange={(event) => change(event.target.value)}
      />
      {broken && <span className="problem">Not valid JSON, the last valid form is used: {broken}</span>}
      {Object.entries(problems).map(([name, problem]) => (
        <span key={name} className="problem">
          {name}: {problem}
        </span>
      ))}
    </label>
  );
}
