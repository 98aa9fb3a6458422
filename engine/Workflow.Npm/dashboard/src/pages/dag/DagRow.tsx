import { Link } from 'react-router';
import type { Dag } from '../../api/types';
import { RunBars } from '../../components/RunBars';
import { StateBadge } from '../../components/StateBadge';
import { Time } from '../../components/Time';
import { links } from '../../lib/links';
import { PauseSwitch } from './PauseSwitch';

export function DagRow({ dag, onChange }: { dag: Dag; onChange: () => void }) {
  const last = dag.recent_runs[0];
  return (
    <tr>
      <td className="wide">
        <Link className="strong" to={links.dag(dag.dag_id)}>
          {dag.dag_display_name}
        </Link>
        {dag.tags.map((tag) => (
          <span key={tag.name} className="tag">
            {tag.name}
          </span>
        ))}
        {!dag.is_active && <span className="tag tag-failed">file deleted</span>}
        {dag.has_import_errors && <span className="tag tag-failed">see the messages about its file</span>}
        {(dag.message ?? dag.description) && <div className="muted clip">{dag.message ?? dag.description}</div>}
      </td>
      <td>
        <PauseSwitch dag={dag} onChange={onChange} />
      </td>
      <td>
        {dag.timetable_summary ? (
          <>
            <code>{dag.timetable_summary}</code> <span className="muted">{dag.timetable_timezone}</span>
          </>
        ) : (
          <span className="muted">by hand</span>
        )}
      </td>
      <td>{dag.is_paused ? <span className="muted">paused</span> : <Time value={dag.is_active ? dag.next_dagrun_run_after : null} />}</td>
      <td>
        <RunBars dagId={dag.dag_id} runs={dag.recent_runs} />
      </td>
      <td>
        {last ? (
          <>
            <StateBadge state={last.state} /> <Time value={last.end_date ?? last.start_date} />
          </>
        ) : (
          <span className="muted">never ran</span>
        )}
      </td>
      <td>{dag.owners.join(', ')}</td>
    </tr>
  );
}
