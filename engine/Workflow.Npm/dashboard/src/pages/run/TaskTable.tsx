import type { TaskInstance } from '../../api/types';
import { Icon } from '../../components/Icon';
import { StateBadge } from '../../components/StateBadge';
import { Table } from '../../components/Table';
import { Duration, Time } from '../../components/Time';
import { worker } from '../../lib/format';

interface Props {
  instances: TaskInstance[];
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

export function TaskTable({ instances, selected, onSelect }: Props) {
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
              {task.map_index >= 0 && ` [${task.map_index}]`}
            </button>
          </td>
          <td>
            <StateBadge state={task.state} />
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
