import { useParams } from 'react-router';
import type { DagRun } from '../../api/types';
import { Answered } from '../../components/Answered';
import { GraphView } from '../../components/GraphView';
import { Callout } from '../../components/Messages';
import { Page, Section } from '../../components/Page';
import { StateBadge } from '../../components/StateBadge';
import { plural } from '../../lib/format';
import { type Answer, useApi } from '../../state/useApi';
import { useParam } from '../../state/useParam';
import { GateTable, MOST_GATES } from './GateTable';
import { RunActions } from './RunActions';
import { RunFacts } from './RunFacts';
import { TaskPanel } from './TaskPanel';
import { TaskTable } from './TaskTable';

const OF_TASK = ['try', 'find', 'map', 'elements', 'from', 'panel', 'column'];

export function RunPage() {
  const { dagId = '', runId = '' } = useParams();
  const [selected, select] = useParam('task', OF_TASK);
  const path = { dag_id: dagId, dag_run_id: runId };
  const run: Answer<DagRun> = useApi('/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}', { path }, path);
  const version = run.data?.dag_version_number;
  // A clear may move the run to another version, and then its graph is another.
  const graph = useApi('/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/graph', version ? { path } : null, path);
  const tasks = useApi('/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances', { path, query: { limit: 1000, map_index: -1 } }, path);
  const gates = useApi('/api/v2/gates', { query: { dag_id: dagId, run_id: runId, limit: MOST_GATES } }, path);
  const instances = tasks.data?.task_instances;
  const whole = instances?.find(({ task_id }) => task_id === selected);
  const refresh = () => {
    run.refresh();
    tasks.refresh();
  };

  return (
    <div className={whole ? 'with-panel' : ''}>
      <Page
        title={runId}
        badge={run.data && <StateBadge state={run.data.state} large testId="run-state" />}
        actions={run.data && <RunActions run={run.data} onChange={refresh} />}
        facts={run.data && <RunFacts run={run.data} onChange={run.refresh} />}
      >
        <Answered answer={run} what={`The run ${runId}`}>
          {({ failure, message, state }) => (
            <>
              {message && (
                <Callout kind={state === 'queued' ? 'info' : 'retry'} title={state === 'queued' ? 'Why it waits' : 'What happened to it'}>
                  <p className="sentence">{message}</p>
                </Callout>
              )}
              {failure && (
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
              )}
            </>
          )}
        </Answered>
        <Answered answer={graph} what="The graph">
          {(shape) => <GraphView graph={shape} instances={instances} selected={selected} onSelect={select} />}
        </Answered>
        <Section title="Tasks" note={instances && plural(instances.length, 'task')}>
          <Answered answer={tasks} what="The tasks">
            {({ task_instances }) =>
              task_instances.length === 0 ? (
                <p className="muted">The run has not started, so it has no task instances yet.</p>
              ) : (
                <TaskTable instances={task_instances} graph={graph.data} selected={selected} onSelect={select} />
              )
            }
          </Answered>
        </Section>
        {gates.data && gates.data.gates.length > 0 && (
          <GateTable gates={gates.data.gates} total={gates.data.total_entries} onSelect={select} />
        )}
      </Page>
      {whole && (
        <TaskPanel
          key={whole.task_id}
          run={path}
          whole={whole}
          task={graph.data?.tasks.find(({ task_id }) => task_id === whole.task_id)}
          onSelect={select}
          onChange={refresh}
        />
      )}
    </div>
  );
}
