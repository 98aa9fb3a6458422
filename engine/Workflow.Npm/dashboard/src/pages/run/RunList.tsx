import { Link } from 'react-router';
import type { DagRun, RunState } from '../../api/types';
import { Answered } from '../../components/Answered';
import { Command, Empty } from '../../components/Messages';
import { Pager } from '../../components/Pager';
import { StateBadge } from '../../components/StateBadge';
import { StateCounts } from '../../components/StateCounts';
import { Table } from '../../components/Table';
import { Duration, Time } from '../../components/Time';
import { links } from '../../lib/links';
import { useApi } from '../../state/useApi';
import { useParam } from '../../state/useParam';

const STATES: (RunState | '')[] = ['', 'queued', 'running', 'failed', 'success', 'cancelled'];
const PAGE = 50;
const OF_STATE = ['offset'];

/** Runs, newest first; of one DAG or of all. */
export function RunList({ dagId }: { dagId?: string }) {
  const [state, setState] = useParam('state', OF_STATE);
  const [offset, setOffset] = useParam('offset');
  const from = Number(offset ?? 0);
  const answer = useApi(
    '/api/v2/dags/{dag_id}/dagRuns',
    {
      path: { dag_id: dagId ?? '~' },
      query: { limit: PAGE, offset: from, order_by: '-run_after', state: STATES.find((known) => known === state) || undefined },
    },
    dagId ? { dag_id: dagId } : 'all',
  );
  return (
    <>
      <div className="toolbar">
        <div className="filters" role="group" aria-label="State">
          {STATES.map((name) => (
            <button key={name} type="button" aria-pressed={(state ?? '') === name} onClick={() => setState(name)}>
              {name === '' ? 'All' : <StateBadge state={name} />}
            </button>
          ))}
        </div>
      </div>
      <Answered answer={answer} what="The list of runs">
        {({ dag_runs: runs, total_entries: total }) =>
          runs.length === 0 ? (
            <NoRuns dagId={dagId} state={state} />
          ) : (
            <>
              <Table
                label="Runs"
                columns={[
                  'Run',
                  ...(dagId ? [] : ['DAG']),
                  'State',
                  'Why',
                  'Tasks',
                  'Started',
                  { text: 'Duration', className: 'right' },
                  'Started by',
                  'Version',
                ]}
              >
                {runs.map((run) => (
                  <RunRow key={`${run.dag_id} ${run.dag_run_id}`} run={run} withDag={!dagId} />
                ))}
              </Table>
              <Pager from={from} page={PAGE} total={total} onMove={(to) => setOffset(to > 0 ? String(to) : null)} />
            </>
          )
        }
      </Answered>
    </>
  );
}

function RunRow({ run, withDag }: { run: DagRun; withDag: boolean }) {
  return (
    <tr>
      <td>
        <Link className="strong" to={links.run(run.dag_id, run.dag_run_id)}>
          {run.dag_run_id}
        </Link>
      </td>
      {withDag && (
        <td>
          <Link to={links.dag(run.dag_id)}>{run.dag_id}</Link>
        </td>
      )}
      <td>
        <StateBadge state={run.state} />
      </td>
      <td className="wide">
        <div className="two-lines" title={run.failure?.message ?? run.message ?? undefined}>
          {run.failure ? `${run.failure.task_id}: ${run.failure.message}` : (run.message ?? run.note)}
        </div>
      </td>
      <td>
        <StateCounts counts={run.task_counts} />
      </td>
      <td>
        <Time value={run.start_date ?? run.queued_at} />
      </td>
      <td className="right">
        <Duration of={run} />
      </td>
      <td>{run.triggered_by}</td>
      <td>v{run.dag_version_number}</td>
    </tr>
  );
}

function NoRuns({ dagId, state }: { dagId: string | undefined; state: string | null }) {
  if (state) return <p className="muted">No run is in this state.</p>;
  return (
    <Empty title="No run yet">
      <p>A run appears here when the schedule says so or when someone triggers a DAG.</p>
      {dagId ? (
        <Link className="button button-main" to={links.trigger(dagId)}>
          Trigger {dagId}
        </Link>
      ) : (
        <Command text="workflow dags trigger DAG_ID" />
      )}
    </Empty>
  );
}
