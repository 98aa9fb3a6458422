import type { GraphTask, TaskInstance } from '../api/types';
import { duration } from '../lib/format';
import { shownState, STATES } from '../lib/states';
import { useNow } from '../state/useNow';
import type { Box } from './graphLayout';
import { Icon } from './Icon';
import { mappedText } from './MappedCount';

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
  const state = instance && shownState(instance);
  const look = state && STATES[state];
  const running = state === 'running';
  const now = useNow(running ? 1000 : 0);
  const seconds =
    running && instance?.start_date ? Math.max(0, Math.floor((now - Date.parse(instance.start_date)) / 1000)) : instance?.duration;
  // Within its frame a task needs no name of the group.
  const own = task.group_id ? task.task_id.slice(task.group_id.length + 1) : task.task_id;
  const name = own.length > LONGEST_NAME ? `${own.slice(0, LONGEST_NAME - 1)}…` : own;
  const isMapped = task.mapped_by != null && task.kind !== 'expand';
  const role = task.role === 'work' ? null : task.role;
  const below = look
    ? [role, look.word, instance && mappedText(instance), seconds == null ? null : duration(seconds)]
    : [role, task.kind.replaceAll('_', ' '), isMapped && 'mapped', task.queue === 'default' ? null : task.queue];
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
      {isMapped && <rect className="graph-behind" x={4} y={4} width={box.width} height={box.height} rx={6} />}
      <rect width={box.width} height={box.height} rx={6} />
      {look && <path className="graph-stripe" d={`M2.5 6v${box.height - 12}`} />}
      <g transform="translate(10 7)">
        <NodeIcon name={role ?? task.kind} className="graph-kind" />
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

export function NodeIcon(props: Parameters<typeof Icon>[0]) {
  return (
    <svg width="15" height="15">
      <Icon {...props} />
    </svg>
  );
}
