import { RunList } from '../run/RunList';
import { useDag } from './DagPage';

export function DagRunsTab() {
  return <RunList dagId={useDag().dag_id} />;
}
