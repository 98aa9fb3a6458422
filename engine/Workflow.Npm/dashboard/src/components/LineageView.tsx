import { useMemo, useRef } from 'react';
import { Link } from 'react-router';
import { VERDICTS } from '../lib/states';
import { NodeIcon } from './GraphNode';
import type { Box } from './graphLayout';
import { type LineageItem, type LineageShape, layoutLineage } from './lineageShape';
import { useViewport } from './useViewport';
import { ZoomButtons } from './ZoomButtons';

const LONGEST_NAME = 19;
const LONGEST_BELOW = 21;

/** Lineage from left to right, what it was made from before what was made of it; a click goes to the page of a node. */
export function LineageView({ shape }: { shape: LineageShape }) {
  const key = JSON.stringify(shape);
  // The same answer comes again with every change of any run; the picture must not move with it.
  const layout = useMemo(() => layoutLineage(JSON.parse(key) as LineageShape), [key]);
  const frame = useRef<SVGSVGElement>(null);
  const viewport = useViewport(frame, layout);
  const height = Math.min(520, Math.max(80, layout.height));
  return (
    <div className="graph">
      <div className="graph-tools">
        <ZoomButtons viewport={viewport} />
      </div>
      <svg ref={frame} height={height} onPointerDown={viewport.drag} role="group" aria-label="Graph of the lineage">
        <g transform={viewport.transform}>
          {layout.lines.map((line) => (
            <path
              key={`${line.from} ${line.to}`}
              className={line.isJudgement ? 'graph-line graph-line-judgement' : 'graph-line'}
              d={line.path}
            />
          ))}
          {shape.items.map((item) => (
            <Item key={item.id} item={item} box={layout.boxes.get(item.id)!} />
          ))}
        </g>
      </svg>
    </div>
  );
}

function Item({ item, box }: { item: LineageItem; box: Box }) {
  const look = item.verdict && VERDICTS[item.verdict].look;
  const label = [item.kind, item.name, item.below].join(', ');
  const node = (
    <g
      className={`graph-node lineage-${item.kind} ${look ? `state-${look}` : ''} ${item.isRoot ? 'graph-node-selected' : ''}`}
      transform={`translate(${box.x} ${box.y})`}
      data-testid={`node-${item.kind}-${item.name}`}
    >
      <title>{`${item.kind} ${item.name}\n${item.below}`}</title>
      <rect width={box.width} height={box.height} rx={item.kind === 'task' || item.kind === 'gate' ? 6 : 14} />
      <g transform="translate(12 7)">
        <NodeIcon name={item.kind} className="graph-kind" />
      </g>
      <text className="graph-name" x={32} y={19}>
        {clipped(item.name, LONGEST_NAME)}
      </text>
      {look && (
        <g transform="translate(12 26)" className="graph-state">
          <NodeIcon name={look} />
        </g>
      )}
      <text className="graph-below" x={32} y={38}>
        {clipped(item.below, LONGEST_BELOW)}
      </text>
    </g>
  );
  return item.to ? (
    <Link to={item.to} className="graph-link" aria-label={label}>
      {node}
    </Link>
  ) : (
    node
  );
}

/** Of a long name the end says more than the middle. */
function clipped(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 8)}…${text.slice(-7)}`;
}
