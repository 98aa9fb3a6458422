import { Link } from 'react-router';
import { links } from '../lib/links';

/** The task of a run that made something. */
export function MadeBy({ of }: { of: { dag_id?: string | null; run_id?: string | null; task_id?: string | null } }) {
  if (!of.dag_id || !of.run_id) return <span className="muted">outside a run</span>;
  return (
    <Link to={of.task_id ? links.task(of.dag_id, of.run_id, of.task_id) : links.run(of.dag_id, of.run_id)}>
      {of.dag_id}
      {of.task_id && ` / ${of.task_id}`}
    </Link>
  );
}
