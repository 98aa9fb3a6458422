import { useId, useState } from 'react';
import type { DatasetVersionState } from '../api/types';
import { slice } from '../lib/format';

interface Props {
  label: string;
  value: string;
  versions: DatasetVersionState[];
  /** Whether the field says what an empty one means. */
  placeholder?: string;
  onChange: (value: string) => void;
}

/** Names a version, by its number or by a slice for the newest of it; those that there are are offered while one types. */
export function VersionField({ label, value, versions, placeholder, onChange }: Props) {
  const list = useId();
  const [text, setText] = useState<string>();
  const slices = [...new Set(versions.filter((version) => version.is_newest_of_slice).map(({ partition }) => slice(partition)))];
  const take = (chosen: string) => {
    setText(undefined);
    if (chosen.trim() !== value) onChange(chosen.trim());
  };
  return (
    <label className="version-field">
      <span className="muted">{label}</span>
      <input
        list={list}
        value={text ?? value}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          setText(event.target.value);
          // Chosen from the list and not typed: no key was pressed.
          if ((event.nativeEvent as InputEvent).inputType === 'insertReplacementText') take(event.target.value);
        }}
        onBlur={() => text !== undefined && take(text)}
        onKeyDown={(event) => event.key === 'Enter' && text !== undefined && take(text)}
      />
      <datalist id={list}>
        {slices
          .filter((each) => each !== '')
          .map((each) => (
            <option key={each} value={each} />
          ))}
        {versions.map(({ version, partition }) => (
          <option key={version} value={version}>
            {`v${version} ${slice(partition)}`}
          </option>
        ))}
      </datalist>
    </label>
  );
}
