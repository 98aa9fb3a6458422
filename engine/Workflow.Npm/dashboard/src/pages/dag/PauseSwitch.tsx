import { useState } from 'react';
import { type ApiError, patch } from '../../api/client';
import type { Dag } from '../../api/types';
import { say } from '../../state/toasts';

/** Pauses or resumes at once and offers to undo. A paused DAG starts no run by its schedule; what runs goes on. */
export function PauseSwitch({ dag, onChange }: { dag: Pick<Dag, 'dag_id' | 'is_paused'>; onChange: () => void }) {
  const [wanted, setWanted] = useState<boolean>();
  const paused = wanted ?? dag.is_paused;

  const set = async (is_paused: boolean, withUndo: boolean) => {
    setWanted(is_paused);
    try {
      await patch('/api/v2/dags/{dag_id}', { path: { dag_id: dag.dag_id }, query: { update_mask: 'is_paused' }, body: { is_paused } });
      say(`${dag.dag_id} ${is_paused ? 'is paused' : 'is active'}.`, withUndo ? () => void set(!is_paused, false) : undefined);
      await onChange();
    } catch (error) {
      say(`${dag.dag_id} could not be ${is_paused ? 'paused' : 'resumed'}: ${(error as ApiError).message}`);
    }
    setWanted(undefined);
  };

  return (
    <button
      type="button"
      role="switch"
      className="switch"
      aria-checked={!paused}
      aria-label={`${dag.dag_id} runs by its schedule`}
      title={paused ? 'Paused. Resume' : 'Active. Pause'}
      onClick={() => void set(!paused, true)}
    >
      <span />
    </button>
  );
}
