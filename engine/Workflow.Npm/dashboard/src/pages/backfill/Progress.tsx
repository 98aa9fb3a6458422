import type { Backfill, RunState } from '../../api/types';
import { count } from '../../lib/format';
import { STATES } from '../../lib/states';

const ORDER: RunState[] = ['success', 'failed', 'cancelled', 'running', 'queued'];

/** How far a backfill is: its runs by state, of all its dates. */
export function Progress({ of: { progress } }: { of: Backfill }) {
  if (!progress) return <span className="muted">–</span>;
  const { dates, outcomes, runs } = progress;
  const left = outcomes.pending ?? 0;
  const kept = (outcomes.already_exists ?? 0) + (outcomes.in_flight ?? 0);
  const parts = ORDER.filter((state) => runs[state]).map((state) => ({ state, number: runs[state]!, ...STATES[state] }));
  const words = [...parts.map(({ number, word }) => `${count(number)} ${word}`), kept > 0 && `${count(kept)} left as they are`, left > 0 && `${count(left)} to come`];
  const text = words.filter(Boolean).join(', ') || 'no dates';
  return (
    <div>
      <div className="progress" role="img" aria-label={text}>
        {parts.map(({ state, number, look }) => (
          <span key={state} className={`state-${look}`} style={{ width: `${(100 * number) / dates}%` }} />
        ))}
        {kept > 0 && <span className="state-skipped" style={{ width: `${(100 * kept) / dates}%` }} />}
      </div>
      <span className="muted number">
        {text}, of {count(dates)}
      </span>
    </div>
  );
}
