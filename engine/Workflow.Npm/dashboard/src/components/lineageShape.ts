import type { LineageCode, LineageGraph, LineageNode, Verdict } from '../api/types';
import { slice } from '../lib/format';
import { links } from '../lib/links';
import { VERDICTS } from '../lib/states';
import { type Box, layers, type Line, NODE, placed } from './graphLayout';

/** What is drawn: a version, a source, a gate, or the task that made something. */
export interface LineageItem {
  id: string;
  kind: LineageNode['kind'] | 'task';
  name: string;
  below: string;
  /** The page of it; a source has none. */
  to?: string;
  verdict?: Verdict;
  isRoot: boolean;
}

export interface LineageShape {
  items: LineageItem[];
  edges: { from: string; to: string; isJudgement: boolean }[];
}

/** From here on versions are folded into what they are versions of, unless one asks for each. */
export const MANY = 40;

/**
 * What an answer about lineage looks like: between what was read and what was made of it stands the task that made it, and a gate comes
 * after what it judged. Folded, all versions of a dataset or model are one item, and so are the files of a folder, and the runs of a task.
 */
export function shapeOf(graph: LineageGraph, isFolded: boolean): LineageShape {
  const roots = new Set(graph.roots);
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const items = new Map<string, LineageItem>();
  const members = new Map<string, LineageNode[]>();
  for (const node of graph.nodes) {
    const id = isFolded ? foldedId(node) : node.id;
    members.set(id, [...(members.get(id) ?? []), node]);
  }
  for (const [id, of] of members) items.set(id, itemOf(id, of, roots));

  const edges = new Map<string, LineageShape['edges'][number]>();
  const join = (from: string, to: string, isJudgement = false) => {
    if (from !== to) edges.set(`${from}\u0000${to}`, { from, to, isJudgement });
  };
  const idOf = (node: LineageNode) => (isFolded ? foldedId(node) : node.id);
  const maker = (node: LineageNode) => {
    // A question about a column is about columns; and downstream of a version, how it was made itself is not asked.
    const code = node.made_by;
    if (!code || node.kind === 'gate' || graph.column != null || (graph.direction === 'downstream' && roots.has(node.id))) return undefined;
    const task = taskOf(code, isFolded);
    if (!items.has(task.id)) items.set(task.id, task);
    join(task.id, idOf(node));
    return task.id;
  };
  for (const node of graph.nodes) maker(node);
  for (const { from, to, how } of graph.edges) {
    const [source, target] = [nodes.get(from)!, nodes.get(to)!];
    if (how === 'judged') join(idOf(target), idOf(source), true);
    else join(idOf(source), maker(target) ?? idOf(target));
  }
  return { items: [...items.values()], edges: [...edges.values()] };
}

export interface LineageLayout {
  width: number;
  height: number;
  boxes: Map<string, Box>;
  lines: (Line & { isJudgement: boolean })[];
}

export function layoutLineage({ items, edges }: LineageShape): LineageLayout {
  const dagre = layers();
  for (const { id } of items) dagre.setNode(id, { ...NODE });
  for (const { from, to } of edges) dagre.setEdge(from, to);
  const { box, lines, ...size } = placed(dagre);
  const judgements = new Set(edges.filter(({ isJudgement }) => isJudgement).map(({ from, to }) => `${from}\u0000${to}`));
  return {
    ...size,
    boxes: new Map(items.map(({ id }) => [id, box(id)])),
    lines: lines.map((line) => ({ ...line, isJudgement: judgements.has(`${line.from}\u0000${line.to}`) })),
  };
}

/** The folder of a file or address. */
function folder(location: string): string {
  return location.slice(0, location.lastIndexOf('/') + 1) || location;
}

function foldedId({ kind, name, made_by }: LineageNode): string {
  if (kind === 'gate') return `gate:${made_by?.dag_id}/${name}`;
  return `${kind}:${kind === 'source' ? folder(name) : name}`;
}

function itemOf(id: string, of: LineageNode[], roots: Set<string>): LineageItem {
  const [node] = of as [LineageNode];
  const { kind, name, version } = node;
  const isOne = of.length === 1;
  const shared = { id, kind, isRoot: of.some((member) => roots.has(member.id)) };
  if (kind === 'gate') {
    const verdict = of.map((member) => member.verdict!).find((each) => each !== 'pass') ?? 'pass';
    const by = node.made_by;
    const failing = of.filter((member) => member.verdict !== 'pass').length;
    const below = isOne ? VERDICTS[verdict].word : `${of.length} verdicts, ${failing === 0 ? 'all pass' : `${failing} not pass`}`;
    return {
      ...shared,
      name,
      below,
      verdict,
      to: !by ? undefined : isOne ? links.task(by.dag_id, by.run_id, by.task_id) : links.dag(by.dag_id, 'runs'),
    };
  }
  if (kind === 'source') {
    const file = name.slice(name.lastIndexOf('/') + 1);
    return isOne ? { ...shared, name: file, below: folder(name) } : { ...shared, name: folder(name), below: `${of.length} files` };
  }
  const columns = node.columns?.length ? node.columns.join(', ') : undefined;
  const below =
    columns ??
    (isOne ? [`v${version}`, slice(node.partition ?? {}), ...(node.aliases ?? [])].filter(Boolean).join(' · ') : `${of.length} versions`);
  const shownVersion = isOne ? version : undefined;
  return { ...shared, name, below, to: kind === 'model' ? links.model(name, shownVersion) : links.dataset(name, shownVersion) };
}

function taskOf({ dag_id, run_id, task_id, map_index }: LineageCode, isFolded: boolean): LineageItem {
  const shared = { kind: 'task' as const, name: task_id, isRoot: false };
  if (isFolded) return { ...shared, id: `task:${dag_id}/${task_id}`, below: dag_id, to: links.dag(dag_id, 'runs') };
  const element = map_index >= 0 ? ` [${map_index}]` : '';
  return {
    ...shared,
    id: `task:${dag_id}/${run_id}/${task_id}${element}`,
    name: `${task_id}${element}`,
    below: run_id,
    to: links.task(dag_id, run_id, task_id),
  };
}
