import { useEffect, useEffectEvent } from 'react';
import type { TaskInstance, TaskTry } from '../../api/types';
import { LogView } from '../../components/LogView';
import { Fact } from '../../components/Page';
import { StateBadge } from '../../components/StateBadge';
import { Duration, ExactTime } from '../../components/Time';
import { STATES } from '../../lib/states';
import { useApi } from '../../state/useApi';
import { useParam } from '../../state/useParam';
import { XComs } from './XComs';

interface Props {
  run: { dag_id: string; dag_run_id: string };
  instance: TaskInstance;
  onClose: () => void;
}

/** The selected task beside the run, so that the list stays: attempts, why, log, values handed on. */
export function TaskPanel({ run, instance, onClose }: Props) {
  const path = { ...run, task_id: instance.task_id };
  const [chosen, choose] = useParam('try');
  const [view, setView] = useParam('panel');
  const tries = useApi('/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/tries', { path }, run).data?.tries ?? [];
  const attempt = tries.find(({ try_number }) => String(try_number) === chosen) ?? tries.at(-1);

  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.key === 'Escape' && !(event.target as HTMLElement).closest('input, dialog')) onClose();
  });
  useEffect(() => {
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);

  return (
    <aside className="panel" aria-label={`Task ${instance.task_id}`}>
      <header className="panel-head">
        <h2>{instance.task_id}</h2>
        <StateBadge state={instance.state} large />
        <span className="spring" />
        <button type="button" onClick={onClose} title="Close ( Esc )">
          Close
        </button>
      </header>
      {tries.length > 1 && <Attempts tries={tries} shown={attempt} onChoose={choose} />}
      <dl className="facts">
        {attempt && (
          <>
            <Fact name="Started">
              <ExactTime value={attempt.start_date} />
            </Fact>
            <Fact name="Took">
              <Duration of={attempt} />
            </Fact>
            <Fact name="Worker">{attempt.hostname ?? '–'}</Fact>
          </>
        )}
        <Fact name="Queue">{instance.queue}</Fact>
      </dl>
      {(attempt?.message ?? instance.message) && (
        <p className={`why why-${STATES[attempt?.state ?? instance.state].look}`}>{attempt?.message ?? instance.message}</p>
      )}
      <div className="filters" role="group" aria-label="View">
        <button type="button" aria-pressed={view !== 'values'} onClick={() => setView(null)}>
          Log
        </button>
        <button type="button" aria-pressed={view === 'values'} onClick={() => setView('values')}>
          Values
        </button>
      </div>
      {view === 'values' ? (
        <XComs path={path} />
      ) : attempt ? (
        <LogView key={attempt.try_number} attempt={{ ...path, try_number: attempt.try_number }} />
      ) : (
        <p className="muted">No attempt has started, so there is no log. {instance.message}</p>
      )}
    </aside>
  );
}

function Attempts({ tries, shown, onChoose }: { tries: TaskTry[]; shown: TaskTry | undefined; onChoose: (tryNumber: string) => void }) {
  return (
    <div className="filters" role="group" aria-label="Attempt">
      {tries.map((attempt) => (
        <button
          key={attempt.try_number}
          type="button"
          aria-pressed={attempt === shown}
          onClick={() => onChoose(String(attempt.try_number))}
        >
          Attempt {attempt.try_number} <StateBadge state={attempt.state} />
        </button>
      ))}
    </div>
  );
}
