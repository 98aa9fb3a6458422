import type { Affected } from '../../api/types';
import { StateBadge } from '../../components/StateBadge';
import { Table } from '../../components/Table';
import { count } from '../../lib/format';

const SHOWN = 200;

/** What an act would concern, before one says yes to it. */
export function AffectedList({ affected, runId }: { affected: Affected; runId: string }) {
  const rows = affected.task_instances.slice(0, SHOWN);
  const others = rows.some((row) => row.dag_run_id !== runId);
  if (rows.length === 0) return <p className="muted">Nothing: no task is concerned.</p>;
  return (
    <div className="affected" data-testid="affected">
      <Table label="Concerned tasks" columns={['Task', ...(others ? ['Run'] : []), 'State now']}>
        {rows.map((row) => (
          <tr key={`${row.dag_id} ${row.dag_run_id} ${row.task_id} ${row.map_index}`}>
            <td>
              {row.task_id}
              {row.map_index >= 0 && ` [${row.map_index}]`}
            </td>
            {others && <td>{row.dag_run_id}</td>}
            <td>{row.state ? <StateBadge state={row.state} /> : <span className="muted">new in this version</span>}</td>
          </tr>
        ))}
      </Table>
      {affected.total_entries > SHOWN && <p className="muted">and {count(affected.total_entries - SHOWN)} more</p>}
    </div>
  );
}
