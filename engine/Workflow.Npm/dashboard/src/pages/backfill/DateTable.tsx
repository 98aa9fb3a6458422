import { Link } from 'react-router';
import type { BackfillDate, BackfillOutcome } from '../../api/types';
import { StateBadge } from '../../components/StateBadge';
import { Table } from '../../components/Table';
import { Duration } from '../../components/Time';
import { links } from '../../lib/links';
import { Day } from './Day';

const DONE: Record<BackfillOutcome, string> = {
  pending: 'its turn has not come',
  created: 'a run was created',
  cleared: 'its run was cleared and runs again',
  already_exists: 'its run stays as it is',
  in_flight: 'its run is under way, so it is left alone',
};

const PLANNED: Record<BackfillOutcome, string> = {
  pending: 'has its turn',
  created: 'gets a run',
  cleared: 'its run is cleared and runs again',
  already_exists: 'its run stays as it is',
  in_flight: 'its run is under way, so it is left alone',
};

interface Props {
  dates: BackfillDate[];
  dagId: string;
  /** Whether nothing has been done yet. */
  planned?: boolean;
}

/** The dates of a backfill in the order of their turns, and what becomes of each. */
export function DateTable({ dates, dagId, planned }: Props) {
  return (
    <Table label="Dates" columns={['Date', 'What', 'Run', 'State', ...(planned ? [] : [{ text: 'Duration', className: 'right' }])]}>
      {dates.map((date) => (
        <tr key={date.logical_date}>
          <td>
            <Day value={date.logical_date} />
          </td>
          <td>{(planned ? PLANNED : DONE)[date.outcome]}</td>
          <td>{date.dag_run_id ? <Link to={links.run(dagId, date.dag_run_id)}>{date.dag_run_id}</Link> : <span className="muted">–</span>}</td>
          <td>{date.run_state ? <StateBadge state={date.run_state} /> : <span className="muted">–</span>}</td>
          {!planned && (
            <td className="right">
              <Duration of={{ ...date, duration: secondsOf(date) }} />
            </td>
          )}
        </tr>
      ))}
    </Table>
  );
}

function secondsOf({ start_date, end_date }: BackfillDate): number | null {
  return start_date && end_date ? (Date.parse(end_date) - Date.parse(start_date)) / 1000 : null;
}
