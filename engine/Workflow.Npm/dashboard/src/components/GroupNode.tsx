import { STATES } from '../lib/states';
import { plural } from '../lib/format';
import type { TaskState } from '../api/types';
import type { Box } from './graphLayout';
import { NodeIcon } from './GraphNode';

interface Props {
  box: Box;
  name: string;
  tasks: number;
  state: TaskState | undefined;
  onOpen: () => void;
}

/** A folded group; choosing it opens it. */
export function GroupNode({ box, name, tasks, state, onOpen }: Props) {
  const look = state && STATES[state];
  const below = [plural(tasks, 'task'), look?.word].filter(Boolean).join(' · ');
  return (
    <g
      className={`graph-node graph-group-node ${look ? `state-${look.look}` : ''}`}
      transform={`translate(${box.x} ${box.y})`}
      role="button"
      tabIndex={0}
      aria-label={`Group ${name}, ${below}; open it`}
      aria-expanded={false}
      onClick={onOpen}
      onKeyDown={(event) => (event.key === 'Enter' || event.key === ' ') && (event.preventDefault(), onOpen())}
    >
      <title>{`${name}\n${below}\nOpen the group`}</title>
      <rect className="graph-behind" x={4} y={4} width={box.width} height={box.height} rx={6} />
      <rect width={box.width} height={box.height} rx={6} />
      {look && <path className="graph-stripe" d={`M2.5 6v${box.height - 12}`} />}
      <g transform="translate(10 7)">
        <NodeIcon name="group" className="graph-kind" />
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
        {below}
      </text>
    </g>
  );
}

/** The frame of an open group with its name, which folds it. */
export function GroupFrame({ box, name, onFold }: { box: Box; name: string; onFold: () => void }) {
  return (
    <g className="graph-frame" transform={`translate(${box.x} ${box.y})`}>
      <rect width={box.width} height={box.height} rx={8} />
      <g
        role="button"
        tabIndex={0}
        aria-label={`Fold group ${name}`}
        aria-expanded
        onClick={onFold}
        onKeyDown={(event) => (event.key === 'Enter' || event.key === ' ') && (event.preventDefault(), onFold())}
      >
        <title>Fold the group</title>
        <rect className="graph-frame-name" width={26 + name.length * 6.4} height={20} rx={6} x={4} y={4} />
        <svg x={8} y={7} width="13" height="13">
          <path d="M2 6.5h9" className="graph-frame-sign" />
        </svg>
        <text x={26} y={18}>
          {name}
        </text>
      </g>
    </g>
  );
}
