import type { Graph, TaskInstance } from '../../api/types';
import { Icon } from '../../components/Icon';
import { MappedCount } from '../../components/MappedCount';
import { Role } from '../../components/Role';
import { StateBadge } from '../../components/StateBadge';
import { Table } from '../../components/Table';
import { Duration, Time } from '../../components/Time';
import { worker } from '../../lib/format';
import { shownState } from '../../lib/states';

interface Props {
  instances: TaskInstance[];
  graph: Graph | undefined;
  selected: string | null;
  onSelect: (taskId: string) => void;
}

const COLUMNS = [
  'Task',
  'State',
  'Why',
  'Started',
  { text: 'Duration', className: 'right' },
  { text: 'Attempt', className: 'right' },
  'Worker',
  'Queue',
];

export function TaskTable({ instances, graph, selected, onSelect }: Props) {
  const roles = new Map(graph?.tasks.map(({ task_id, role }) => [task_id, role]));
  return (
    <Table label="Tasks" columns={COLUMNS}>
      {instances.map((task) => (
        <tr
          key={`${task.task_id} ${task.map_index}`}
          data-testid={`task-${task.task_id}`}
          className={`row-link ${task.task_id === selected ? 'row-selected' : ''}`}
          onClick={() => onSelect(task.task_id)}
        >
          <td>
            <button type="button" className="link strong">
              <Icon name={task.kind} /> {task.task_id}
            </button>
            <Role role={roles.get(task.task_id)} />
          </td>
          <td>
            <StateBadge state={shownState(task)} /> <MappedCount of={task} />
          </td>
          <td className="wide">
            <div className="two-lines" title={task.message ?? undefined}>
              {task.message}
              {task.state === 'up_for_retry' && task.next_try_at && (
                <span className="muted">
                  {' '}
                  Next attempt <Time value={task.next_try_at} />.
                </span>
              )}
            </div>
          </td>
          <td>
            <Time value={task.start_date} />
          </td>
          <td className="right">
            <Duration of={task} />
          </td>
          <td className="right number">{task.try_number > 0 ? `${task.try_number}/${task.max_tries}` : '–'}</td>
          <td title={task.hostname ?? undefined}>{task.hostname ? worker(task.hostname) : <span className="muted">–</span>}</td>
          <td>{task.queue}</td>
        </tr>
      ))}
    </Table>
  );
}
