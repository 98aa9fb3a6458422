import { STATE_ORDER, STATES } from '../lib/states';
import { Icon } from './Icon';

/** How many tasks are in each state, what needs a person first. */
export function StateCounts({ counts }: { counts: Record<string, number> }) {
  return (
    <span className="state-counts">
      {STATE_ORDER.filter((state) => counts[state]).map((state) => (
        <span key={state} className={`state state-${STATES[state].look}`} title={`${counts[state]} ${STATES[state].word}`}>
          <Icon name={STATES[state].look} />
          {counts[state]}
        </span>
      ))}
    </span>
  );
}
