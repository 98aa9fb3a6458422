import type { GraphTask, TaskInstance } from '../api/types';
import { duration } from '../lib/format';
import { STATES } from '../lib/states';
import { useNow } from '../state/useNow';
import type { Box } from './graphLayout';
import { Icon } from './Icon';

const LONGEST_NAME = 21;

interface Props {
  box: Box;
  task: GraphTask;
  instance: TaskInstance | undefined;
  selected: boolean;
  onSelect?: (taskId: string) => void;
}

/** A task: its kind's icon and name; below, the state with its icon and how long it took. */
export function GraphNode({ box, task, instance, selected, onSelect }: Props) {
  const look = instance && STATES[instance.state];
  const running = instance?.state === 'running';
  const now = useNow(running ? 1000 : 0);
  const seconds =
    running && instance.start_date ? Math.max(0, Math.floor((now - Date.parse(instance.start_date)) / 1000)) : instance?.duration;
  const name = task.task_id.length > LONGEST_NAME ? `${task.task_id.slice(0, LONGEST_NAME - 1)}…` : task.task_id;
  const below = look ? [look.word, seconds == null ? null : duration(seconds)] : [task.kind, task.queue === 'default' ? null : task.queue];
  const select = onSelect && (() => onSelect(task.task_id));
  return (
    <g
      className={`graph-node ${look ? `state-${look.look}` : ''} ${selected ? 'graph-node-selected' : ''}`}
      transform={`translate(${box.x} ${box.y})`}
      role={select && 'button'}
      tabIndex={select && 0}
      aria-label={select && [task.task_id, ...below.filter(Boolean)].join(', ')}
      onClick={select}
      onKeyDown={(event) => (event.key === 'Enter' || event.key === ' ') && select && (event.preventDefault(), select())}
    >
      <title>{[task.task_id, ...below, instance?.message].filter(Boolean).join('\n')}</title>
      <rect width={box.width} height={box.height} rx={6} />
      {look && <path className="graph-stripe" d={`M2.5 6v${box.height - 12}`} />}
      <g transform="translate(10 7)">
        <NodeIcon name={task.kind} className="graph-kind" />
      </g>
      <text className="graph-name" x={30} y={19}>
        {name}
      </text>
      {look && (
        <g transform="translate(10 26)" className="graph-state">
          <NodeIcon name={look.look} />
        </g>
      )}
      <text className="graph-below" x={30} y={38}>
        {below.filter(Boolean).join(' · ')}
      </text>
    </g>
  );
}

function NodeIcon(props: Parameters<typeof Icon>[0]) {
  return (
    <svg width="15" height="15">
      <Icon {...props} />
    </svg>
  );
}
