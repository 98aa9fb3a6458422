import type { GraphTask } from '../api/types';
import { Icon } from './Icon';

/** Says of a setup or a teardown that it is one. */
export function Role({ role }: { role: GraphTask['role'] | undefined }) {
  if (!role || role === 'work') return null;
  return (
    <span className="tag">
      <Icon name={role} /> {role}
    </span>
  );
}
