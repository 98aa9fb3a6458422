import type { TaskInstance } from '../../api/types';
import { StateBadge } from '../../components/StateBadge';
import { STATES, shownState } from '../../lib/states';
import { useApi } from '../../state/useApi';
import type { RunPath } from './RunPath';

interface Props {
  run: RunPath;
  instance: TaskInstance;
  onSelect: (taskId: string) => void;
}

const ENDED = ['failed', 'upstream_failed', 'skipped', 'cancelled', 'removed'];

/** The engine's own reason why a task does not run, and what it waits for. */
export function WhyBox({ run, instance, onSelect }: Props) {
  const isQuiet = instance.state === 'running' || instance.state === 'success';
  const path = { ...run, task_id: instance.task_id };
  const query = { map_index: instance.map_index };
  const answer = useApi('/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/dependencies', isQuiet ? null : { path, query }, run);
  const message = answer.data?.message ?? instance.message;
  const awaited = answer.data?.awaited ?? [];
  if (isQuiet || !message) return null;
  const hasEnded = ENDED.includes(instance.state);
  return (
    <section className={`why why-${STATES[shownState(instance)].look}`} aria-label="Why" data-testid="why">
      <h3>{hasEnded ? `Why it is ${STATES[instance.state].word}` : 'Why it waits'}</h3>
      <p className="sentence">{message}</p>
      {awaited.length > 0 && instance.state !== 'failed' && (
        <ul className="awaited">
          {awaited.map((task) => (
            <li key={`${task.task_id} ${task.map_index}`}>
              <StateBadge state={task.state} />{' '}
              <button type="button" className="link" onClick={() => onSelect(task.task_id)}>
                {task.task_id}
                {task.map_index >= 0 && ` [${task.map_index}]`}
              </button>{' '}
              {task.kinds.some((kind) => kind !== 'upstream') && <span className="muted">{task.kinds.join(', ')}</span>}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
