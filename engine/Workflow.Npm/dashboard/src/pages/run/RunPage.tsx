import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { type ApiError, post } from '../../api/client';
import type { DagRun, TaskInstance } from '../../api/types';
import { Answered } from '../../components/Answered';
import { Confirm } from '../../components/Dialog';
import { GraphView } from '../../components/GraphView';
import { Callout } from '../../components/Messages';
import { Page, Section } from '../../components/Page';
import { StateBadge } from '../../components/StateBadge';
import { plural } from '../../lib/format';
import { links } from '../../lib/links';
import { say } from '../../state/toasts';
import { type Answer, useApi } from '../../state/useApi';
import { useParam } from '../../state/useParam';
import { GateTable } from './GateTable';
import { RunFacts } from './RunFacts';
import { TaskPanel } from './TaskPanel';
import { TaskTable } from './TaskTable';

const OF_TASK = ['try', 'find'];

export function RunPage() {
  const { dagId = '', runId = '' } = useParams();
  const [selected, select] = useParam('task', OF_TASK);
  const path = { dag_id: dagId, dag_run_id: runId };
  const run: Answer<DagRun> = useApi('/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}', { path }, path);
  const graph = useApi('/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/graph', { path }, 'never');
  const tasks = useApi('/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances', { path, query: { limit: 1000 } }, path);
  const gates = useApi('/api/v2/gates', { query: { dag_id: dagId, run_id: runId } }, path);
  const instances = tasks.data?.task_instances;
  const instance = instances?.find(({ task_id }) => task_id === selected);

  return (
    <div className={instance ? 'with-panel' : ''}>
      <Page
        title={runId}
        badge={run.data && <StateBadge state={run.data.state} large testId="run-state" />}
        actions={run.data && <RunActions run={run.data} instances={instances ?? []} onChange={run.refresh} />}
        facts={run.data && <RunFacts run={run.data} />}
      >
        <Answered answer={run} what={`The run ${runId}`}>
          {({ failure }) =>
            failure && (
              <Callout
                kind="failed"
                title={
                  <button type="button" className="link" onClick={() => select(failure.task_id)}>
                    {failure.task_id} failed
                  </button>
                }
              >
                <p className="sentence">{failure.message}</p>
              </Callout>
            )
          }
        </Answered>
        <Answered answer={graph} what="The graph">
          {(shape) => <GraphView graph={shape} instances={instances} selected={selected} onSelect={select} />}
        </Answered>
        <Section title="Tasks" note={instances && plural(instances.length, 'task')}>
          <Answered answer={tasks} what="The tasks">
            {({ task_instances }) => <TaskTable instances={task_instances} selected={selected} onSelect={select} />}
          </Answered>
        </Section>
        {gates.data && gates.data.gates.length > 0 && <GateTable gates={gates.data.gates} onSelect={select} />}
      </Page>
      {instance && <TaskPanel key={instance.task_id} run={path} instance={instance} onClose={() => select(null)} />}
    </div>
  );
}

interface ActionsProps {
  run: DagRun;
  instances: TaskInstance[];
  onChange: () => void;
}

function RunActions({ run, instances, onChange }: ActionsProps) {
  const [asking, setAsking] = useState(false);
  const running = instances.filter(({ state }) => state === 'running').length;
  const open = instances.filter(({ state }) => ['pending', 'queued', 'up_for_retry'].includes(state)).length;

  const cancel = async () => {
    try {
      await post('/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/cancel', { path: run });
      say(`${run.dag_run_id} is cancelled.`);
      onChange();
    } catch (error) {
      say(`The run could not be cancelled: ${(error as ApiError).message}`);
    }
  };

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
      {run.state === 'running' && (
        <button type="button" className="button-danger" onClick={() => setAsking(true)}>
          Cancel
        </button>
      )}
      {asking && (
        <Confirm title="Cancel this run?" action="Cancel the run" onConfirm={() => void cancel()} onClose={() => setAsking(false)}>
          <p>
            {plural(running, 'running task')} {running === 1 ? 'is' : 'are'} stopped, {plural(open, 'waiting task')} will not start. What
            was finished stays. This cannot be undone.
          </p>
        </Confirm>
      )}
    </>
  );
}
