import { Link } from 'react-router';
import type { Parent } from '../api/types';
import { links } from '../lib/links';
import { Hash } from './Copy';

/** The dataset versions from which something was made, by hash. */
export function Parents({ of }: { of: Parent[] }) {
  if (of.length === 0) return <span className="muted">none</span>;
  return (
    <ul className="plain-list">
      {of.map((parent) => (
        <li key={`${parent.dataset} ${parent.version}`}>
          <Link to={links.dataset(parent.dataset, parent.version)}>
            {parent.dataset} v{parent.version}
          </Link>{' '}
          <Hash value={parent.sha256} />
        </li>
      ))}
    </ul>
  );
}
