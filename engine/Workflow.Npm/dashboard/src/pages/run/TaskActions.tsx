import { useState } from 'react';
import { patch, post } from '../../api/client';
import type { TaskInstance } from '../../api/types';
import { StateBadge } from '../../components/StateBadge';
import { ActDialog } from './ActDialog';
import { Check, ONLY_THIS, Reach } from './Reach';
import type { RunPath } from './RunPath';

interface Props {
  run: RunPath;
  instance: TaskInstance;
  onDone: () => void;
}

const ENDS = ['success', 'failed', 'skipped'] as const;

/** Clear and mark, of a task or of one element. */
export function TaskActions(props: Props) {
  const [asking, setAsking] = useState<'clear' | 'mark'>();
  const close = () => setAsking(undefined);
  return (
    <div className="row">
      <button type="button" onClick={() => setAsking('clear')} data-testid="clear-task">
        Clear
      </button>
      <button type="button" onClick={() => setAsking('mark')}>
        Mark
      </button>
      {asking === 'clear' && <ClearTask {...props} onClose={close} />}
      {asking === 'mark' && <MarkTask {...props} onClose={close} />}
    </div>
  );
}

const nameOf = ({ task_id, map_index }: TaskInstance) => (map_index >= 0 ? `${task_id} [${map_index}]` : task_id);

function ClearTask({ run, instance, onDone, onClose }: Props & { onClose: () => void }) {
  const [reach, setReach] = useState({ ...ONLY_THIS, include_downstream: true });
  const [onlyFailed, setOnlyFailed] = useState(false);
  const task_ids = [instance.map_index >= 0 ? [instance.task_id, instance.map_index] : instance.task_id];
  const options = { ...reach, only_failed: onlyFailed };
  return (
    <ActDialog
      title={`Clear ${nameOf(instance)}`}
      runId={run.dag_run_id}
      button={(tasks) => `Clear ${tasks}`}
      done="cleared"
      options={JSON.stringify(options)}
      ask={(dry_run) =>
        post('/api/v2/dags/{dag_id}/clearTaskInstances', {
          path: { dag_id: run.dag_id },
          body: { dag_run_id: run.dag_run_id, dry_run, task_ids, reset_dag_runs: true, run_on_latest_version: false, note: null, ...options },
        })
      }
      onDone={onDone}
      onClose={onClose}
    >
      <p>What is cleared runs again; its attempts so far keep their logs.</p>
      <Reach value={reach} onChange={setReach} />
      <Check label="only those that failed, could not run or were cancelled" checked={onlyFailed} onChange={setOnlyFailed} />
    </ActDialog>
  );
}

function MarkTask({ run, instance, onDone, onClose }: Props & { onClose: () => void }) {
  const [reach, setReach] = useState(ONLY_THIS);
  const [state, setState] = useState<(typeof ENDS)[number]>('success');
  const path = { ...run, task_id: instance.task_id };
  const body = { new_state: state, ...reach };
  const { map_index } = instance;
  const ask = (dryRun: boolean) =>
    map_index >= 0
      ? patch(`/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/{map_index}${dryRun ? '/dry_run' : ''}`, {
          path: { ...path, map_index },
          body,
        })
      : patch(`/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}${dryRun ? '/dry_run' : ''}`, { path, body });
  return (
    <ActDialog
      title={`Mark ${nameOf(instance)}`}
      runId={run.dag_run_id}
      button={(tasks) => `Mark ${tasks} ${state}`}
      done={`marked ${state}`}
      options={JSON.stringify(body)}
      ask={ask}
      onDone={onDone}
      onClose={onClose}
    >
      <p>It gets this end by hand; what runs of it is stopped, and what follows goes on accordingly.</p>
      <div className="filters" role="group" aria-label="State">
        {ENDS.map((name) => (
          <button key={name} type="button" aria-pressed={name === state} onClick={() => setState(name)}>
            <StateBadge state={name} />
          </button>
        ))}
      </div>
      <Reach value={reach} onChange={setReach} />
    </ActDialog>
  );
}
