import { useLocation } from 'react-router';
import { Icon } from './Icon';

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

/** The page's search field; `/` reaches it. */
export function Search({ label, value, onChange }: Props) {
  const { hash } = useLocation();
  return (
    <label className="search">
      <Icon name="search" />
      <input
        type="search"
        data-search
        autoFocus={hash === '#search'}
        aria-label={label}
        placeholder={`${label}  ( / )`}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}
