import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { type ApiError, patch, post, remove } from '../../api/client';
import type { DagRun } from '../../api/types';
import { Confirm } from '../../components/Dialog';
import { Menu } from '../../components/Menu';
import { plural } from '../../lib/format';
import { links } from '../../lib/links';
import { say } from '../../state/toasts';
import { ClearRun } from './ClearRun';

interface Props {
  run: DagRun;
  onChange: () => void;
}

type Act = 'cancel' | 'clear' | 'clear_failed' | 'success' | 'failed' | 'delete';

/** What a person can do to a run. What cannot be undone asks first. */
export function RunActions({ run, onChange }: Props) {
  const [asking, setAsking] = useState<Act>();
  const navigate = useNavigate();
  const isOpen = run.state === 'running' || run.state === 'queued';
  const close = () => setAsking(undefined);
  const sum = (...states: string[]) => states.reduce((total, state) => total + (run.task_counts[state] ?? 0), 0);
  const running = sum('running');
  const open = sum('pending', 'queued', 'up_for_retry', 'deferred');
  const failed = sum('failed', 'upstream_failed', 'cancelled');
  const path = { dag_id: run.dag_id, dag_run_id: run.dag_run_id };

  const act = async (what: string, done: string, call: () => Promise<unknown>, after = onChange) => {
    try {
      await call();
      say(`${run.dag_run_id} is ${done}.`);
      after();
    } catch (error) {
      say(`The run could not be ${what}: ${(error as ApiError).message}`);
    }
  };
  const cancel = () => act('cancelled', 'cancelled', () => post('/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/cancel', { path }));
  const mark = (state: 'success' | 'failed') =>
    act('marked', `marked ${state}`, () => patch('/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}', { path, body: { state, note: null } }));
  const erase = () =>
    act('deleted', 'deleted', () => remove('/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}', { path }), () => void navigate(links.dag(run.dag_id, 'runs')));

  return (
    <>
      <Link
        className="button"
        to={links.trigger(run.dag_id, run.conf)}
        title="Trigger with the same parameters ( t )"
        data-testid="trigger"
      >
        Trigger again
      </Link>
      {run.state !== 'queued' && (
        <button type="button" onClick={() => setAsking(failed > 0 ? 'clear_failed' : 'clear')} data-testid="clear-run">
          Clear
        </button>
      )}
      <Menu label="More">
        <button type="button" onClick={() => setAsking('success')}>
          Mark success
        </button>
        <button type="button" onClick={() => setAsking('failed')}>
          Mark failed
        </button>
        <button type="button" className="button-danger" disabled={isOpen} title={isOpen ? 'Only a run that has ended can be deleted.' : undefined} onClick={() => setAsking('delete')}>
          Delete
        </button>
      </Menu>
      {isOpen && (
        <button type="button" className="button-danger" onClick={() => setAsking('cancel')}>
          Cancel
        </button>
      )}
      {(asking === 'clear' || asking === 'clear_failed') && (
        <ClearRun run={run} onlyFailed={asking === 'clear_failed'} onDone={onChange} onClose={close} />
      )}
      {asking === 'cancel' && (
        <Confirm title="Cancel this run?" action="Cancel the run" onConfirm={() => void cancel()} onClose={close}>
          <p>
            {plural(running, 'running task')} {running === 1 ? 'is' : 'are'} stopped, {plural(open, 'waiting task')} will not start. What
            was finished stays. This cannot be undone.
          </p>
        </Confirm>
      )}
      {(asking === 'success' || asking === 'failed') && (
        <Confirm title={`Mark this run ${asking}?`} action={`Mark ${asking}`} onConfirm={() => void mark(asking)} onClose={close}>
          <p>
            {isOpen
              ? `${plural(running, 'running task')} ${running === 1 ? 'is' : 'are'} stopped, ${plural(open, 'waiting task')} will not start; what was finished stays as it is.`
              : `The run has ended as ${run.state}; its tasks stay as they are.`}{' '}
            To let it run again later, clear it.
          </p>
        </Confirm>
      )}
      {asking === 'delete' && (
        <Confirm title="Delete this run?" action="Delete the run" onConfirm={() => void erase()} onClose={close}>
          <p>
            {run.dag_run_id} goes with {plural(sum(...Object.keys(run.task_counts)), 'task')}: their attempts, logs and values. Versions of
            datasets and models that it made stay. This cannot be undone.
          </p>
        </Confirm>
      )}
    </>
  );
}
